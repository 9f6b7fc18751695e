import type { LlmId } from '../schema/ids.js';
import type { RankedLlm } from '../schema/route.js';

/** Most fallbacks that an answer names. */
export const MAX_FALLBACKS = 5;
/** Utilities this close count as a tie: less than scores can be told apart by. */
const NEAR_TIE = 0.01;

/**
 * What to try after `ranking[0]` fails: the others by utility, and among near ties the one whose profile is
 * nearest to the chosen LLM's, as it will do the same kind of work. `similarity` is called only where there
 * is such a tie.
 */
export function fallbacksOf(ranking: readonly RankedLlm[], similarity: (model: string) => number): LlmId[] {
  const fallbacks: LlmId[] = [];
  let start = 1;
  while (start < ranking.length && fallbacks.length < MAX_FALLBACKS) {
    const best = (ranking[start] as RankedLlm).utility;
    let end = start + 1;
    while (end < ranking.length && best - (ranking[end] as RankedLlm).utility <= NEAR_TIE) end++;
    const tied = ranking.slice(start, end).map((llm) => llm.model);
    if (tied.length > 1) {
      const near = new Map(tied.map((model) => [model, similarity(model)]));
      tied.sort((a, b) => (near.get(b) as number) - (near.get(a) as number));
    }
    fallbacks.push(...tied);
    start = end;
  }
  return fallbacks.slice(0, MAX_FALLBACKS);
}
