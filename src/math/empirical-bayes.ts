/** What is thought of the variance of means beforehand, as much as `worth` of them say, and the least that it is. */
export interface VariancePrior {
  variance: number;
  worth: number;
  least: number;
}

/**
 * A normal prior of means, by empirical Bayes: their mean, each counting by how well it is known, and their variance
 * beyond what chance explains (DerSimonian & Laird 1986).
 *
 * @param noises variance of each mean about what it is of
 */
export function priorOf(
  means: readonly number[],
  noises: readonly number[],
  { variance: expected, worth, least }: VariancePrior,
): { mean: number; variance: number } {
  const plain = means.reduce((a, b) => a + b, 0) / Math.max(1, means.length);
  const seen = means.reduce((total, m, i) => total + (m - plain) ** 2 - noises[i]! * (1 - 1 / means.length), 0);
  const variance = Math.max(least, (seen + worth * expected) / (Math.max(0, means.length - 1) + worth));
  const weights = noises.map((noise) => 1 / (variance + noise));
  const total = weights.reduce((a, b) => a + b, 0);
  return { mean: total > 0 ? means.reduce((a, m, i) => a + weights[i]! * m, 0) / total : 0, variance };
}
