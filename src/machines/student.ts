/** Two-sided at 95%. */
const Z = 1.959964;

/**
 * Quantile of Student's distribution that a normal one's `Z` stands for (Cornish & Fisher's expansion; Abramowitz &
 * Stegun 26.7.5).
 */
export function studentQuantile(freedom: number): number {
  const f = Math.max(3, freedom);
  return Z + (Z ** 3 + Z) / (4 * f) + (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / (96 * f ** 2);
}
