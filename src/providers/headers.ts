import type { Api } from '../protocol/types.js';
import { isOwnHeader, type Provider } from '../schema/provider.js';

/** What Anthropic's clients send, where a client says nothing. */
const ANTHROPIC_VERSION = '2023-06-01';

type Keyed = Pick<Provider, 'protocol' | 'auth' | 'headers'>;

function authOf({ auth, protocol }: Keyed, key: string | null): Record<string, string> {
  if (key === null) return {};
  const way = auth ?? (protocol === 'anthropic' ? 'x-api-key' : 'bearer');
  return way === 'bearer' ? { authorization: `Bearer ${key}` } : { [way]: key };
}

/**
 * Headers of a call, by lower-case name: those of the client, over them those that the provider wants, and over all
 * what is Pointsman's own. A client's key goes nowhere.
 */
export function headersOf(
  provider: Keyed,
  api: Api,
  key: string | null,
  client: Readonly<Record<string, string>>,
): Record<string, string> {
  const headers: Record<string, string> = api === 'messages' ? { 'anthropic-version': ANTHROPIC_VERSION } : {};
  for (const more of [client, provider.headers ?? {}])
    for (const name in more) if (!isOwnHeader(name)) headers[name.toLowerCase()] = more[name]!;
  headers['content-type'] = 'application/json';
  // Bytes go through as they come.
  headers['accept-encoding'] = 'identity';
  return Object.assign(headers, authOf(provider, key));
}
