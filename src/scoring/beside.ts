import type { ScoredLlm, Scorer } from './types.js';

/** LLMs that a newcomer is told by, at most. */
const MOST = 12;
/** Deviations of what they weigh: the level, the best and second best of them on the query, and each of them. */
const LEVEL = 0.2;
const BEST = 0.7;
const EACH = 0.2;

/** By what an LLM that came after the training is told: what is expected of those that it was trained on. */
export interface Beside {
  /** Deviations of the features' weights before anything is known `[n]`. */
  deviations: Float64Array;
  /**
   * 1, and how far above what is declared of the newcomer the best, the second best and each of the others is `[n]`.
   *
   * @param scored of all LLMs of the scorer, in their order
   */
  features(scored: readonly ScoredLlm[], declared: number): Float64Array;
}

/** Of many LLMs, the best ones tell. */
export function besideOf({ models, trainedOn, strengths }: Scorer): Beside {
  const trained = Array.from(models.keys()).filter((i) => trainedOn.has(models[i]!));
  const level = (i: number): number => strengths(models[i]!).overall.score;
  const told = trained.length <= MOST ? trained : trained.toSorted((a, b) => level(b) - level(a)).slice(0, MOST);
  return {
    deviations: Float64Array.of(LEVEL, BEST, BEST, ...told.map(() => EACH)),
    features(scored, declared) {
      const above = told.map((i) => scored[i]!.quality - declared);
      const [best = 0, second = best] = above.toSorted((a, b) => b - a);
      return Float64Array.of(1, best, second, ...above);
    },
  };
}
