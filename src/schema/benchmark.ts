import type { LlmProfile } from './profile.js';

/** A name without capitals, spaces and punctuation: `Human-Eval` and `human_eval` are one benchmark, and one task. */
export const benchmarkId = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}+]/gu, '');

/** Scores that an LLM declares, in [0, 1], by {@link benchmarkId}; the mean where several names are one. */
export function benchmarksOf({ benchmarks = {} }: LlmProfile): ReadonlyMap<string, number> {
  const scores = new Map<string, number[]>();
  for (const [name, score] of Object.entries(benchmarks)) {
    const id = benchmarkId(name);
    scores.set(id, [...(scores.get(id) ?? []), score]);
  }
  return new Map(Array.from(scores, ([id, of]) => [id, of.reduce((a, b) => a + b, 0) / of.length]));
}
