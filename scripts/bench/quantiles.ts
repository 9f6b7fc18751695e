/** The value below which a share of the sorted values are. */
export const quantile = (sorted: ArrayLike<number>, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;

/** The same of values in any order. */
export const quantileOf = (values: readonly number[], share: number): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    share,
  );

export const median = (values: readonly number[]): number => quantileOf(values, 0.5);
