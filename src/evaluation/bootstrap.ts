import type { Rng } from '../base/rng.js';

const RESAMPLES = 1_000;

export interface Interval {
  low: number;
  high: number;
}

/**
 * Percentile bootstrap (Efron 1979), 95%: of a statistic of `n` queries that are drawn anew with replacement.
 *
 * @param statistic of the drawn indices `[n]`; draws for which it isn't a number are left out
 */
export function bootstrap(n: number, statistic: (drawn: Int32Array) => number, rng: Rng): Interval {
  const drawn = new Int32Array(n);
  const found: number[] = [];
  for (let r = 0; r < RESAMPLES; r++) {
    for (let i = 0; i < n; i++) drawn[i] = rng.int(n);
    const value = statistic(drawn);
    if (!Number.isNaN(value)) found.push(value);
  }
  if (found.length === 0) return { low: NaN, high: NaN };
  found.sort((a, b) => a - b);
  const at = (share: number): number => found[Math.min(found.length - 1, Math.floor(share * found.length))]!;
  return { low: at(0.025), high: at(0.975) };
}

/** Interval of the mean of `values`, of which some may be NaN; of Σ values / Σ weights where `weights` are given. */
export function bootstrapMean(values: Float64Array, rng: Rng, weights?: Float64Array): Interval {
  const known = Int32Array.from(values.keys()).filter((i) => !Number.isNaN(values[i]!) && (weights === undefined || weights[i]! > 0));
  return bootstrap(
    known.length,
    (drawn) => {
      let sum = 0;
      let weight = 0;
      for (const d of drawn) {
        sum += values[known[d]!]!;
        weight += weights === undefined ? 1 : weights[known[d]!]!;
      }
      return sum / weight;
    },
    rng,
  );
}
