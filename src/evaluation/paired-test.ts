import type { Rng } from '../base/rng.js';

const FLIPS = 4_000;

export interface PairedTest {
  /** Mean of the differences. */
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
 */
export function pairedTest(a: Float64Array, b: Float64Array, rng: Rng): PairedTest {
  const differences = a.map((x, i) => x - b[i]!).filter((d) => !Number.isNaN(d));
  // A pair without a difference has no sign to flip.
  const signed = differences.filter((d) => d !== 0);
  const total = signed.reduce((sum, d) => sum + d, 0);
  const difference = differences.length === 0 ? 0 : total / differences.length;
  if (signed.length === 0) return { difference, pairs: differences.length, pLower: 1, pHigher: 1 };
  let [lower, higher] = [1, 1];
  for (let f = 0; f < FLIPS; f++) {
    let sum = 0;
    for (const d of signed) sum += rng.next() < 0.5 ? d : -d;
    if (sum <= total + 1e-9) lower++;
    if (sum >= total - 1e-9) higher++;
  }
  return { difference, pairs: differences.length, pLower: lower / (FLIPS + 1), pHigher: higher / (FLIPS + 1) };
}
