import type { LlmId } from '../schema/ids.js';
import type { RankedLlm } from '../schema/route.js';

/** Most fallbacks that an answer names. */
export const MAX_FALLBACKS = 5;
/** Utilities this close count as a tie: less than scores can be told apart by. */
const NEAR_TIE = 0.01;

/**
 * What to try after the chosen LLM fails: the others as they are ranked, and among near ties of utility the one whose
 * profile is nearest to the chosen LLM's, as it will do the same kind of work; then the cheaper one. `similarity` is
 * called only where there is such a tie.
 *
 * @param others the ranking without the chosen one
 * @param nearest whether utilities don't count, so that the nearest profile comes first
 */
export function fallbacksOf(
  others: readonly RankedLlm[],
  similarity: (model: string) => number,
  nearest = false,
): LlmId[] {
  const fallbacks: LlmId[] = [];
  const apart = nearest ? Infinity : NEAR_TIE;
  let start = 0;
  while (start < others.length && fallbacks.length < MAX_FALLBACKS) {
    const best = others[start]!.utility;
    let end = start + 1;
    while (end < others.length && Math.abs(best - others[end]!.utility) <= apart) end++;
    const tied = others.slice(start, end);
    if (tied.length > 1) {
      const near = new Map(tied.map(({ model }) => [model, similarity(model)]));
      tied.sort(
        (a, b) => near.get(b.model)! - near.get(a.model)! || (a.cost_usd ?? Infinity) - (b.cost_usd ?? Infinity) || 0,
      );
    }
    fallbacks.push(...tied.map((llm) => llm.model));
    start = end;
  }
  return fallbacks.slice(0, MAX_FALLBACKS);
}
