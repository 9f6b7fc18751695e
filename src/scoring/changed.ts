import type { LlmStats } from '../store/ports/feedback.js';

/** Observations that what an LLM was before it changed is worth. */
const PREDECESSOR = 2;

/**
 * The most observations that may speak for an LLM: no limit, but for one that became another, of which its answers
 * since do, and a little of what it was. Its expected scores stay those of its predecessor until something is trained.
 *
 * @param each observations that an answer since is worth
 */
export function mostObservations(stats: LlmStats | undefined, each: number): number {
  if (stats === undefined || stats.now.scored === stats.scored) return Infinity;
  return PREDECESSOR + each * stats.now.scored;
}
