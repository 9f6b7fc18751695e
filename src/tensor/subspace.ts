import type { Rng } from '../base/rng.js';
import type { Matrix } from '../math/matrix.js';
import { dot } from '../math/linear.js';
import type { TensorFlow } from './types.js';
import { compute } from './compute.js';

/** Rounds of subspace iteration. */
const ROUNDS = 6;

/**
 * Makes rows orthonormal in place, twice over against cancellation (Gram–Schmidt); dependent ones become zero. Rows of
 * zeros have no share in others and cost nothing.
 */
export function orthonormalize(rows: Float32Array, dim: number): void {
  const done: number[] = [];
  for (let from = 0; from < rows.length; from += dim) {
    const before = Math.sqrt(dot(rows, from, rows, from, dim));
    if (before === 0) continue;
    for (let pass = 0; pass < 2; pass++) {
      for (const other of done) {
        const share = dot(rows, from, rows, other, dim);
        for (let i = 0; i < dim; i++) rows[from + i]! -= share * rows[other + i]!;
      }
    }
    const length = Math.sqrt(dot(rows, from, rows, from, dim));
    const scale = length > 1e-4 * before && length > 0 ? 1 / length : 0;
    for (let i = 0; i < dim; i++) rows[from + i]! *= scale;
    if (scale !== 0) done.push(from);
  }
}

/**
 * The `rank` leading right singular directions of `x [n, dim]`, as orthonormal rows `[rank, dim]` in no order:
 * truncated SVD by randomized subspace iteration (Halko, Martinsson & Tropp 2011).
 */
export function leadingDirections(tf: TensorFlow, x: Matrix, rank: number, rng: Rng): Float32Array {
  let basis: Float32Array = Float32Array.from({ length: rank * x.cols }, () => rng.normal());
  orthonormalize(basis, x.cols);
  if (x.rows === 0) return basis;
  const rows = tf.tensor2d(x.data, [x.rows, x.cols]);
  const columns = tf.transpose(rows);
  for (let round = 0; round < ROUNDS; round++) {
    basis = compute(tf, () => tf.matMul(tf.matMul(tf.tensor2d(basis, [rank, x.cols]), columns), rows));
    orthonormalize(basis, x.cols);
  }
  tf.dispose([rows, columns]);
  return basis;
}
