/** What was seen of one measure of one arm, as running sums. */
export interface Sums {
  n: number;
  mean: number;
  /** Sum of squared deviations from the mean. */
  m2: number;
}

/** Nothing was seen yet. */
export const NO_SUMS: Sums = { n: 0, mean: 0, m2: 0 };

/** The sums with one value more. */
export function added({ n, mean, m2 }: Sums, value: number): Sums {
  const step = value - mean;
  const moved = mean + step / (n + 1);
  return { n: n + 1, mean: moved, m2: m2 + step * (value - moved) };
}
