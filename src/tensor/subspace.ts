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

export interface SubspaceIteration {
  rank: number;
  dim: number;
  rounds: number;
  rng: Rng;
}

/**
 * Orthonormal rows `[rank, dim]`, in no order, that span what `multiply` by a symmetric matrix makes of random rows in
 * so many rounds: its leading directions.
 */
export function iterateSubspace(
  { rank, dim, rounds, rng }: SubspaceIteration,
  multiply: (rows: Float32Array) => Float32Array,
): Float32Array {
  let rows: Float32Array = Float32Array.from({ length: rank * dim }, () => rng.normal());
  orthonormalize(rows, dim);
  for (let round = 0; round < rounds; round++) {
    rows = multiply(rows);
    orthonormalize(rows, dim);
  }
  return rows;
}

/**
 * The `rank` leading right singular directions of `x [n, dim]`, as orthonormal rows `[rank, dim]` in no order:
 * truncated SVD by randomized subspace iteration (Halko, Martinsson & Tropp 2011).
 */
export function leadingDirections(tf: TensorFlow, x: Matrix, rank: number, rng: Rng): Float32Array {
  if (x.rows === 0) return iterateSubspace({ rank, dim: x.cols, rounds: 0, rng }, (found) => found);
  const rows = tf.tensor2d(x.data, [x.rows, x.cols]);
  const columns = tf.transpose(rows);
  const basis = iterateSubspace({ rank, dim: x.cols, rounds: ROUNDS, rng }, (found) =>
    compute(tf, () => tf.matMul(tf.matMul(tf.tensor2d(found, [rank, x.cols]), columns), rows)),
  );
  tf.dispose([rows, columns]);
  return basis;
}
