import { intervalOfScores } from '../math/interval.js';

const UNKNOWN = '–';

/** A figure with its interval, as everywhere on the command line: `0.712 (0.691 to 0.733)`. */
export function withInterval(
  value: number | null | undefined,
  low: number | null | undefined,
  high: number | null | undefined,
  digits = 3,
): string {
  if (value === null || value === undefined || Number.isNaN(value)) return UNKNOWN;
  if (typeof low !== 'number' || typeof high !== 'number') return value.toFixed(digits);
  return `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

/** The mean of `n` scores of which no more is known, with an interval that is at least as wide as theirs. */
export function meanOfScores(mean: number | null, n: number, digits = 3): string {
  if (mean === null || Number.isNaN(mean) || n === 0) return UNKNOWN;
  const { low, high } = intervalOfScores({ n, mean, variance: mean * (1 - mean) });
  return withInterval(mean, low, high, digits);
}

/** A figure with its standard deviation. */
export const withDeviation = (value: number, deviation: number, digits = 3): string =>
  `${value.toFixed(digits)} ±${deviation.toFixed(digits)}`;
