/** What of an answer is estimated. */
export const MEASURES = ['quality', 'cost', 'latency'] as const;
export type Measure = (typeof MEASURES)[number];

/** Decisions that were made, with what came of them, in columns. */
export interface DecisionLog {
  /** Ids of the LLMs that columns index. */
  models: readonly string[];
  /** Names the query of each `[n]`: what came of the same query is not independent. */
  query: Int32Array;
  /** Index of the LLM that was chosen `[n]`. */
  chosen: Int32Array;
  /** Probability with which it was chosen, given the query `[n]`. */
  propensity: Float64Array;
  /** What came of it `[n]`, NaN where nobody told: a score in [0, 1], US dollars, milliseconds. */
  outcome: Record<Measure, Float64Array>;
}

/** With which chance a policy chooses each LLM `[n · numLlms]`, decision-major; rows add up to 1. */
export type Chances = Float64Array;

/** The least that a propensity counts as: an answer stands for a hundred that were not asked, at most. */
export const LEAST_PROPENSITY = 0.01;

/** How much more often a policy makes each of the logged choices than they were made `[n]`. */
export function weightsOf({ models, chosen, propensity }: DecisionLog, chances: Chances): Float64Array {
  return propensity.map((p, i) => chances[i * models.length + chosen[i]!]! / Math.max(LEAST_PROPENSITY, p));
}

/** How many decisions of equal weight tell as much: (Σw)² / Σw² (Kish 1965); 0 where no weight is above 0. */
export function effectiveSize(weights: ArrayLike<number>): number {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]!;
    squares += weights[i]! ** 2;
  }
  return squares === 0 ? 0 : sum ** 2 / squares;
}
