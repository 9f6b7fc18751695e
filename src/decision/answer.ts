import type { RouteResponse } from '../schema/route.js';

/** A decision, and its ranking in the JSON that is both logged and sent. */
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
