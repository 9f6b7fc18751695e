import { sha256 } from '../../base/hash.js';

/** What every provider takes: OpenAI at most 64 characters, Anthropic no address, DeepSeek only these. */
const PLAIN = /^[\w-]{1,64}$/;

/** Who asks, as the other provider takes it: another id than a plain one is sent as its SHA-256, 64 characters. */
export function userOf(...ids: readonly unknown[]): string | undefined {
  const id = ids.find((one) => typeof one === 'string' && one !== '');
  if (typeof id !== 'string') return undefined;
  return PLAIN.test(id) ? id : sha256(id);
}
