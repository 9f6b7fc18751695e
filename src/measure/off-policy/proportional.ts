import { foldsOf, FOLDS } from './cross-fitted.js';
import type { DecisionLog, Measure } from './log.js';

/** Answers of the usual proportion that an LLM's own are drawn to. */
const STRENGTH = 2;

/** What amounts are predicted from: costs or latencies, which are never below 0 and differ by orders of magnitude. */
export interface ProportionalInput {
  log: DecisionLog;
  measure: Measure;
  /** What was expected of each LLM `[n · numLlms]`; NaN where nothing was. */
  expected: Float64Array;
}

/**
 * Predicted amount of each LLM for each decision `[n · numLlms]`, learned from decisions about other queries alone:
 * what was expected, times what its answers came to in proportion to that; where nothing was expected, the mean of
 * its answers, or of all.
 */
export function proportional({ log, measure, expected }: ProportionalInput): Float64Array {
  const { models, chosen, query } = log;
  const [n, numLlms] = [query.length, models.length];
  const outcome = log.outcome[measure];
  const folds = foldsOf(log);
  const predicted = new Float64Array(n * numLlms);
  for (let fold = 0; fold < FOLDS; fold++) {
    const sums = models.map(() => ({ amount: 0, count: 0, compared: 0, expected: 0 }));
    const all = { amount: 0, count: 0, compared: 0, expected: 0 };
    for (let i = 0; i < n; i++) {
      const amount = outcome[i]!;
      if (folds[i] === fold || Number.isNaN(amount)) continue;
      const e = expected[i * numLlms + chosen[i]!]!;
      for (const sum of [all, sums[chosen[i]!]!]) {
        sum.amount += amount;
        sum.count++;
        if (Number.isNaN(e)) continue;
        sum.compared += amount;
        sum.expected += e;
      }
    }
    const usual = all.expected > 0 ? all.compared / all.expected : 1;
    const factors = sums.map(({ compared, expected: own, count }) => {
      const few = count === 0 ? 1 : (STRENGTH * own) / count;
      return own + few > 0 ? (compared + usual * few) / (own + few) : usual;
    });
    const means = sums.map(({ amount, count }) => (count > 0 ? amount / count : all.amount / Math.max(1, all.count)));
    for (let i = 0; i < n; i++) {
      if (folds[i] !== fold) continue;
      for (let at = i * numLlms, l = 0; l < numLlms; l++, at++)
        predicted[at] = Number.isNaN(expected[at]!) ? means[l]! : factors[l]! * expected[at]!;
    }
  }
  return predicted;
}
