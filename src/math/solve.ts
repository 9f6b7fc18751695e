/**
 * Cholesky's decomposition A = L·Lᵀ of a symmetric positive definite matrix `[n, n]`, in place: L is left on and below
 * the diagonal, and what is above it is not touched.
 */
export function decompose(a: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      a[i * n + j] = i === j ? Math.sqrt(sum) : sum / a[j * n + j]!;
    }
  }
}

/** L⁻ᵀ `[n, n]` of a lower triangular L, of which nothing above the diagonal is read. */
export function inverseTransposed(lower: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    inverse[j * n + j] = 1 / lower[j * n + j]!;
    for (let i = j + 1; i < n; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum += lower[i * n + k]! * inverse[j * n + k]!;
      inverse[j * n + i] = -sum / lower[i * n + i]!;
    }
  }
  return inverse;
}

/**
 * Solves A·x = b for a symmetric positive definite A `[n, n]`, which is overwritten.
 */
export function solvePositiveDefinite(a: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  decompose(a, n);
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= a[i * n + k]! * x[k]!;
    x[i]! /= a[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= a[k * n + i]! * x[k]!;
    x[i]! /= a[i * n + i]!;
  }
  return x;
}
