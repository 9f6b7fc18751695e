/** Standard deviations to each side of an interval that holds 95 of 100. */
const Z = 1.959964;
/** Scores of 0, and as many of 1, that are added where there are few: without them, two that agree would be certain. */
const ADDED = 2;

export interface Interval {
  low: number;
  high: number;
}

/** How scores of 0 to 1 lie: of weighed ones, `n` is as many as they are worth of equal weight. */
export interface Scores {
  n: number;
  mean: number;
  /** `mean * (1 - mean)` where only the mean is known: it can't be more. */
  variance: number;
}

/** 95% interval of the mean of scores of 0 to 1 (Agresti and Coull 1998, for scores between these, too). */
export function intervalOfScores({ n, mean, variance }: Scores): Interval {
  const all = n + 2 * ADDED;
  const centre = (n * mean + ADDED) / all;
  const squares = n * (variance + (mean - centre) ** 2) + ADDED * ((1 - centre) ** 2 + centre ** 2);
  const half = Z * Math.sqrt(squares / all / all);
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** 95% interval of a mean of many values, of any range; those that are NaN are left out. Null for fewer than two. */
export function intervalOfMean(values: ArrayLike<number>): Interval | null {
  const known = Array.from(values).filter((value) => !Number.isNaN(value));
  if (known.length < 2) return null;
  const mean = known.reduce((a, b) => a + b, 0) / known.length;
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length - 1);
  const half = Z * Math.sqrt(variance / known.length);
  return { low: mean - half, high: mean + half };
}
