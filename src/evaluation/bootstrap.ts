import type { Rng } from '../base/rng.js';

const RESAMPLES = 1_000;

/** NaN at both ends where there is nothing to draw from. */
export interface Interval {
  low: number;
  high: number;
}

/**
 * Percentile bootstrap (Efron 1979), 95%: of a statistic of `n` queries that are drawn anew with replacement.
 *
 * @param statistic of the drawn indices `[n]`; draws for which it isn't a number are left out
 */
export function bootstrap(
  n: number,
  statistic: (drawn: Int32Array) => number,
  rng: Rng,
  resamples = RESAMPLES,
): Interval {
  if (n === 0) return { low: NaN, high: NaN };
  const drawn = new Int32Array(n);
  const found = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    for (let i = 0; i < n; i++) drawn[i] = rng.int(n);
    found[r] = statistic(drawn);
  }
  const sorted = found.filter((value) => !Number.isNaN(value)).toSorted();
  if (sorted.length === 0) return { low: NaN, high: NaN };
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { low: at(0.025), high: at(0.975) };
}

/**
 * Interval of the mean of `values` `[n]`, of which some may be NaN; of Σ values / Σ weights where `weights` `[n]` are
 * given.
 */
export function bootstrapMean(values: Float64Array, rng: Rng, weights?: Float64Array): Interval {
  const known = Int32Array.from(values.keys()).filter(
    (i) => !Number.isNaN(values[i]!) && (weights === undefined || weights[i]! > 0),
  );
  const kept = Float64Array.from(known, (i) => values[i]!);
  const weighed = Float64Array.from(known, (i) => weights?.[i] ?? 1);
  return bootstrap(
    kept.length,
    (drawn) => {
      let sum = 0;
      let weight = 0;
      for (const d of drawn) {
        sum += kept[d]!;
        weight += weighed[d]!;
      }
      return sum / weight;
    },
    rng,
  );
}
