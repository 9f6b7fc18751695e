import type { RankedLlm, RouteResponse } from '../schema/route.js';

/**
 * Most LLMs that are listed of a ranking, of those that were excluded and of a neighbour's scores: in an answer, unless
 * `top` asks for more or fewer, and in the log.
 */
export const MOST_LISTED = 100;

/** The first `top` of a ranking, the chosen one always among them; the ranking itself where it has no more. */
export function firstOf(ranking: RankedLlm[], top: number, chosen: string): RankedLlm[] {
  if (ranking.length <= top) return ranking;
  const first = ranking.slice(0, top);
  if (!first.some(({ model }) => model === chosen)) first[top - 1] = ranking.find(({ model }) => model === chosen)!;
  return first;
}

/** A decision, and its ranking in the JSON that is sent: the one that is logged, where both list the same. */
export interface Decision {
  response: RouteResponse;
  rankingJson: string;
}

/** The answer as JSON, with the ranking as it was logged: to write it out twice would take longer than all the rest. */
export function toJson({ response, rankingJson }: Decision): string {
  const { decision_id, model, version, router, ranking: _ranking, fallbacks, ...rest } = response;
  const before = JSON.stringify({ decision_id, model, version, router }).slice(0, -1);
  const after = JSON.stringify({ fallbacks, ...rest }).slice(1);
  return `${before},"ranking":${rankingJson},${after}`;
}
