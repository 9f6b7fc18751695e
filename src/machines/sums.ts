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

/**
 * The sums with one of their values, `before`, made another. So a unit that is asked again counts once, by the mean of
 * its answers: answers of one conversation or key are alike, and a test that takes them for independent is too sure.
 */
export function replaced({ n, mean, m2 }: Sums, before: number, after: number): Sums {
  const moved = mean + (after - before) / n;
  return { n, mean: moved, m2: Math.max(0, m2 + (after - before) * (after - moved + before - mean)) };
}
