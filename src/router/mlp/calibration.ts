import type { Dataset } from '../../dataset/dataset.js';
import { sigmoid } from '../../math/linear.js';
import { minimize } from '../../math/lbfgs.js';

const STEPS = 50;
/** Precision of the priors, so that few scores, or all the same, don't make it extreme. */
const PRIOR = 1;

/**
 * Platt scaling (Platt 1999) that keeps the order: the slope > 0 and offset for which σ(slope · utility + offset) is
 * nearest the measured scores in cross-entropy. Without any, utilities are only squashed.
 */
export function calibrate(
  { evidence: { start, llm, score, measured } }: Dataset,
  queries: readonly { query: number; utilities: Float32Array }[],
): { slope: number; offset: number } {
  const pairs = queries.flatMap(({ query, utilities }) => {
    const known: [utility: number, score: number][] = [];
    for (let e = start[query]!; e < start[query + 1]!; e++)
      if (measured[e]) known.push([utilities[llm[e]!]!, score[e]!]);
    return known;
  });
  const found = minimize(
    ([logSlope, offset]) => {
      const slope = Math.exp(logSlope!);
      let value = 0.5 * PRIOR * (logSlope! ** 2 + offset! ** 2);
      const gradient = Float64Array.of(PRIOR * logSlope!, PRIOR * offset!);
      for (const [utility, target] of pairs) {
        const x = slope * utility + offset!;
        const error = sigmoid(x) - target;
        value += Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))) - x * target;
        gradient[0]! += error * slope * utility;
        gradient[1]! += error;
      }
      return { value, gradient };
    },
    new Float64Array(2),
    STEPS,
  );
  return { slope: Math.exp(found[0]!), offset: found[1]! };
}
