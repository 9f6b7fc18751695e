/** Standard errors to each side: 95%. */
const ERRORS = 1.96;
/** What is added: a pair without a difference, and half a pair of a whole one either way. */
const ADDED = 2;
const ADDED_SQUARES = 1;

/** Ends of an interval; both null where nothing was compared. */
export interface Ends {
  low: number | null;
  high: number | null;
}

/**
 * 95% interval of the mean of `a − b` over the pairs that have both, where scores are in [0, 1]: Agresti and Min's
 * (Statistics in Medicine 24, 2005), which keeps its promise for few pairs too. Where no pair differs, it says how
 * little that tells.
 */
export function matchedInterval(a: Float64Array, b: Float64Array): Ends {
  const differences = a.map((x, i) => x - b[i]!).filter((d) => !Number.isNaN(d));
  if (differences.length === 0) return { low: null, high: null };
  const n = differences.length + ADDED;
  const mean = differences.reduce((sum, d) => sum + d, 0) / n;
  const squares = differences.reduce((sum, d) => sum + d * d, ADDED_SQUARES);
  const error = ERRORS * Math.sqrt(Math.max(0, squares / n - mean * mean) / n);
  return { low: mean - error, high: mean + error };
}
