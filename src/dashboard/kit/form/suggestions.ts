import { answered } from '../problem.js';
import { useQuery } from '../query.js';
import { client, may } from '../session.js';
import type { Suggestions } from './context.js';

async function namesOf<T>(request: Promise<T>, pick: (data: T) => readonly string[]): Promise<readonly string[]> {
  try {
    return pick(await request);
  } catch {
    // Nothing is suggested, and everything may be typed.
    return [];
  }
}

async function readSuggestions(signal: AbortSignal): Promise<Suggestions> {
  const [models, policies, versions, keys] = await Promise.all([
    namesOf(answered(client.GET('/v1/models', { signal })), (all) => all.models.map(({ id }) => id)),
    namesOf(answered(client.GET('/v1/policies', { signal })), (all) => all.policies.map(({ name }) => name)),
    namesOf(answered(client.GET('/v1/weights', { signal })), (all) => all.weights.map(({ version }) => version)),
    may('admin')
      ? namesOf(answered(client.GET('/v1/keys', { signal })), (all) => all.keys.map(({ id }) => id))
      : Promise.resolve([]),
  ]);
  return { LlmId: models, PolicyName: policies, version: versions, KeyId: keys };
}

const NONE: Suggestions = {};

/** Names of LLMs, policies, versions and keys, for fields that ask for one. */
export const useSuggestions = (): Suggestions => useQuery(readSuggestions, []).data ?? NONE;
