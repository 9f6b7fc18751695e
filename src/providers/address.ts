import type { Api } from '../protocol/types.js';
import type { Provider } from '../schema/provider.js';

const PATHS: Record<Api, string> = {
  chat: 'chat/completions',
  responses: 'responses',
  messages: 'messages',
  embeddings: 'embeddings',
};

export type Place = Pick<Provider, 'base_url' | 'protocol'>;

/**
 * The URL of something under a provider's base URL, whose query stays: Azure has `api-version` there. Anthropic's
 * clients add `/v1` themselves, so that a base URL without any path has it, too, with that protocol.
 */
export function urlUnder({ base_url: base, protocol }: Place, path: string): URL {
  const url = new URL(base);
  const own = url.pathname.replace(/\/+$/, '');
  url.pathname = `${own === '' && protocol === 'anthropic' ? '/v1' : own}/${path}`;
  return url;
}

/** Where calls of a form go. */
export const urlOf = (place: Place, api: Api): URL => urlUnder(place, PATHS[api]);

/** The form in which a provider is called for a client's; null where it has nothing that does the same. */
export function formAt(
  { protocol, responses = false }: Pick<Provider, 'protocol' | 'responses'>,
  api: Api,
): Api | null {
  if (protocol === 'anthropic') return api === 'embeddings' ? null : 'messages';
  if (api === 'embeddings') return api;
  return api === 'responses' && responses ? 'responses' : 'chat';
}
