import type { Clock } from '../base/clock.js';
import { PointsmanError, messageOf } from '../base/errors.js';
import { isObject } from '../base/object.js';
import type { Provider } from '../schema/provider.js';
import { urlUnder } from './address.js';
import type { ProviderClient } from './client.js';
import type { Secrets } from './secrets.js';

/** How long a check may take, in milliseconds, and how much of an answer it reads, in bytes. */
const CHECK_MS = 30_000;
const MAX_BYTES = 4 * 1024 * 1024;
/** How much of an answer that was not expected is quoted, in characters. */
const QUOTED = 300;

/** What a provider answered when it was asked for its models. */
export interface ProviderCheck {
  url: string;
  /** Until its answer was read, in milliseconds. */
  took_ms: number;
  /** What it lists, by its own names. */
  models: string[];
}

export interface CheckParts {
  client: Pick<ProviderClient, 'get'>;
  secrets: Pick<Secrets, 'redact'>;
  clock: Clock;
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body) {
    parts.push(part);
    length += part.length;
    if (length > MAX_BYTES) break;
  }
  return Buffer.concat(parts).toString();
}

/** Names in a list of models, as OpenAI and Anthropic answer it; undefined where it is none. */
function modelsIn(text: string): string[] | undefined {
  try {
    const { data } = JSON.parse(text) as { data?: unknown };
    if (!Array.isArray(data)) return undefined;
    return data.flatMap((one: unknown) => (isObject(one) && typeof one['id'] === 'string' ? [one['id']] : []));
  } catch {
    return undefined;
  }
}

/**
 * Gets the list of models from a provider, with its key. Throws `provider_unavailable` for whatever is not such a list,
 * with what came in place of it.
 */
export async function checkProvider(provider: Provider, parts: CheckParts): Promise<ProviderCheck> {
  const { client, secrets, clock } = parts;
  const { origin, pathname } = urlUnder(provider, 'models');
  const url = origin + pathname;
  const began = clock();
  let status: number;
  let text: string;
  try {
    const answer = await client.get(provider, 'models', AbortSignal.timeout(CHECK_MS));
    ({ status } = answer);
    text = await textOf(answer.body);
  } catch (error) {
    throw new PointsmanError('provider_unavailable', secrets.redact(messageOf(error)));
  }
  const models = status === 200 ? modelsIn(text) : undefined;
  if (models !== undefined) return { url, took_ms: clock() - began, models };
  const quoted = secrets.redact(text).trim().slice(0, QUOTED);
  const hint = status === 401 || status === 403 ? 'the key was refused: ' : '';
  throw new PointsmanError(
    'provider_unavailable',
    `${provider.name}: ${url}: expected a list of models, got HTTP ${status}: ${hint}${quoted || 'an empty answer'}`,
  );
}
