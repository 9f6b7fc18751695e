import type { Rng } from '../base/rng.js';
import { compute } from '../tensor/compute.js';
import { iterateSubspace } from '../tensor/subspace.js';
import type { TensorFlow, Tensor, Tensor2D } from '../tensor/types.js';
import type { PartRange } from '../encoder/types.js';
import type { Weights } from '../math/weights.js';
import type { TableName } from './tables.js';

/** Most axes that a query's meaning is measured along. */
export const MAX_AXES = 128;
/** Rounds of subspace iteration. */
const ROUNDS = 40;

/** Axes for a semantic part of this length. */
export const axesOf = ({ start, end }: PartRange): number => Math.min(MAX_AXES, end - start);

/** Scales rows to unit length `[n, d]`. */
export function unitRows(tf: TensorFlow, x: Tensor2D): Tensor2D {
  return tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), 1, true), 1e-6)));
}

/**
 * The semantic part of vectors about its mean, of unit length, along its principal axes. Tables: `semantic/range [2]`,
 * `semantic/mean [d]`, `semantic/basis [axes, d]`.
 */
export function semanticSpace(tf: TensorFlow, vectors: readonly Float32Array[], part: PartRange, rng: Rng): Weights {
  return {
    ...principalAxes(tf, vectors, part, rng),
    'semantic/range': { shape: [2], data: Float32Array.of(part.start, part.end) },
  };
}

function principalAxes(tf: TensorFlow, vectors: readonly Float32Array[], part: PartRange, rng: Rng): Weights {
  const { start, end } = part;
  const [d, axes] = [end - start, axesOf(part)];
  const mean = new Float32Array(d);
  for (const vector of vectors) for (let i = 0; i < d; i++) mean[i]! += vector[start + i]! / vectors.length;
  const rows = new Float32Array(vectors.length * d);
  vectors.forEach((vector, r) => {
    for (let i = 0; i < d; i++) rows[r * d + i] = vector[start + i]! - mean[i]!;
  });
  const covariance = tf.tidy(() => {
    const x = unitRows(tf, tf.tensor2d(rows, [vectors.length, d]));
    return tf.matMul(x, x, true) as Tensor2D;
  });
  const basis = iterateSubspace({ rank: axes, dim: d, rounds: ROUNDS, rng }, (found) => {
    multiplyRows(tf, found, covariance);
    return found;
  });
  covariance.dispose();
  return { 'semantic/mean': { shape: [d], data: mean }, 'semantic/basis': { shape: [axes, d], data: basis } };
}

/** Multiplies each row by `matrix [d, d]`, in place. Few queries span few axes: rows of zeros stay as they are. */
function multiplyRows(tf: TensorFlow, rows: Float32Array, matrix: Tensor2D): void {
  const d = matrix.shape[0];
  const starts: number[] = [];
  for (let from = 0; from < rows.length; from += d)
    if (rows.subarray(from, from + d).some((x) => x !== 0)) starts.push(from);
  if (starts.length === 0) return;
  const taken = new Float32Array(starts.length * d);
  starts.forEach((from, i) => taken.set(rows.subarray(from, from + d), i * d));
  const products = compute(tf, () => tf.matMul(tf.tensor2d(taken, [starts.length, d]), matrix));
  starts.forEach((from, i) => rows.set(products.subarray(i * d, (i + 1) * d), from));
}

/** Encoded queries `[n, dim]` along the axes of {@link semanticSpace} `[n, axes]`. */
export function semanticStates(
  tf: TensorFlow,
  p: Readonly<Partial<Record<TableName, Tensor>>>,
  { start, end }: PartRange,
  encoded: Tensor2D,
): Tensor2D {
  const part = tf.slice(encoded, [0, start], [encoded.shape[0], end - start]);
  return tf.matMul(unitRows(tf, tf.sub(part, p['semantic/mean']!)), p['semantic/basis'] as Tensor2D, false, true);
}
