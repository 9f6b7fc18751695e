import type { Rng } from '../base/rng.js';

const FLIPS = 4_000;
const WORD = 2 ** 32;

export interface PairedTest {
  /** Mean of the differences; 0 where there is no pair. */
  difference: number;
  /** Pairs that have both. */
  pairs: number;
  /** Probability of a mean as low, or as high, if there were no difference. */
  pLower: number;
  pHigher: number;
}

/**
 * Paired permutation test (Fisher's, by random signs) of `a − b`. Pairs of which one is NaN are left out; with none
 * left, or no difference at all, both probabilities are 1.
 *
 * @param flips draws of signs; the least probability there is to find is 1 / (flips + 1)
 */
export function pairedTest(a: Float64Array, b: Float64Array, rng: Rng, flips = FLIPS): PairedTest {
  const differences = a.map((x, i) => x - b[i]!).filter((d) => !Number.isNaN(d));
  // A pair without a difference has no sign to flip.
  const signed = differences.filter((d) => d !== 0);
  const total = signed.reduce((sum, d) => sum + d, 0);
  const difference = differences.length === 0 ? 0 : total / differences.length;
  if (signed.length === 0) return { difference, pairs: differences.length, pLower: 1, pHigher: 1 };
  // Sums of the same numbers in another order differ in their last digits: these count as equal.
  const slack = 1e-9 * signed.reduce((sum, d) => sum + Math.abs(d), 0);
  let [lower, higher] = [1, 1];
  for (let f = 0; f < flips; f++) {
    let sum = 0;
    let bits = 0;
    for (let i = 0; i < signed.length; i++) {
      // One draw has 32 signs.
      if ((i & 31) === 0) bits = rng.int(WORD);
      sum += bits & 1 ? signed[i]! : -signed[i]!;
      bits >>>= 1;
    }
    if (sum <= total + slack) lower++;
    if (sum >= total - slack) higher++;
  }
  return { difference, pairs: differences.length, pLower: lower / (flips + 1), pHigher: higher / (flips + 1) };
}
