import { decompose, inverseTransposed } from './solve.js';

/** Sweeps over all pairs of rows: Jacobi's method converges quadratically, far sooner for what is this small. */
const SWEEPS = 30;

/**
 * Eigenvalues of a symmetric matrix `[n, n]`, and orthonormal eigenvectors as rows `[n, n]`, in no order: by Jacobi's
 * rotations. For matrices of a hundred rows or so.
 */
export function eigenOf(symmetric: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const a = symmetric.slice();
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  const largest = a.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const off = a[p * n + q]!;
        if (Math.abs(off) <= 1e-14 * largest) continue;
        rotated = true;
        const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * off);
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        rotate(a, n, p, q, c, t * c);
        for (let k = 0; k < n; k++) {
          const [x, y] = [vectors[p * n + k]!, vectors[q * n + k]!];
          vectors[p * n + k] = c * x - t * c * y;
          vectors[q * n + k] = t * c * x + c * y;
        }
      }
    if (!rotated) break;
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), vectors };
}

/** Turns rows and columns p and q of a symmetric matrix. */
function rotate(a: Float64Array, n: number, p: number, q: number, c: number, s: number): void {
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[k * n + p]!, a[k * n + q]!];
    a[k * n + p] = c * x - s * y;
    a[k * n + q] = s * x + c * y;
  }
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[p * n + k]!, a[q * n + k]!];
    a[p * n + k] = c * x - s * y;
    a[q * n + k] = s * x + c * y;
  }
}

/** The inverse of a symmetric positive definite matrix `[n, n]`. */
export function inverseOf(positive: Float64Array, n: number): Float64Array {
  const lower = positive.slice();
  decompose(lower, n);
  const columns = inverseTransposed(lower, n);
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < n; k++) sum += columns[i * n + k]! * columns[j * n + k]!;
      inverse[i * n + j] = inverse[j * n + i] = sum;
    }
  return inverse;
}
