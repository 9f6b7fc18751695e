import type { Rng } from '../../base/rng.js';
import { compute } from '../../router/fit/read.js';
import { orthonormalize } from '../../router/fit/subspace.js';
import type { TensorFlow } from '../../tensor/backend.js';
import type { Tensor2D } from '../../tensor/types.js';
import type { Dataset } from './dataset.js';
import type { Weights } from './parameters.js';

/** Most axes that a query's meaning is measured along. */
export const MAX_AXES = 128;
/** Queries that the axes are found on, and rounds of subspace iteration. */
const SAMPLE = 4_096;
const ROUNDS = 40;

/** The part of an encoded query that carries its meaning: `[start, end)`. */
export interface SemanticRange {
  start: number;
  end: number;
}

/** Axes for a part of an encoded query of this length. */
export const axesOf = ({ start, end }: SemanticRange): number => Math.min(MAX_AXES, end - start);

/** Scales rows to unit length `[n, d]`. */
export function unitRows(tf: TensorFlow, x: Tensor2D): Tensor2D {
  return tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), 1, true), 1e-6)));
}

/**
 * Where queries lie by meaning, fixed before training: the semantic part of the vector, about its mean, of unit length,
 * along the principal axes of the queries `train`, so that evidence adds up axis by axis (see {@link MessageSums}).
 *
 * Tables: `semantic/range [2]`, `semantic/mean [d]`, `semantic/basis [axes, d]`.
 */
export function semanticSpace(tf: TensorFlow, data: Dataset, train: Int32Array, rng: Rng): Weights {
  const { start, end } = data.semantic;
  const [d, axes] = [end - start, axesOf(data.semantic)];
  const step = Math.max(1, train.length / SAMPLE);
  const chosen = Array.from({ length: Math.min(train.length, SAMPLE) }, (_, i) => train[Math.floor(i * step)]!);
  const mean = new Float32Array(d);
  for (const q of chosen) for (let i = 0; i < d; i++) mean[i]! += data.queries[q]![start + i]! / chosen.length;
  const rows = new Float32Array(chosen.length * d);
  chosen.forEach((q, r) => {
    for (let i = 0; i < d; i++) rows[r * d + i] = data.queries[q]![start + i]! - mean[i]!;
  });
  const covariance = tf.tidy(() => {
    const x = unitRows(tf, tf.tensor2d(rows, [chosen.length, d]));
    return tf.matMul(tf.transpose(x), x) as Tensor2D;
  });
  let basis: Float32Array = Float32Array.from({ length: axes * d }, () => rng.normal());
  orthonormalize(basis, d);
  for (let round = 0; round < ROUNDS; round++) {
    basis = compute(tf, () => tf.matMul(tf.tensor2d(basis, [axes, d]), covariance));
    orthonormalize(basis, d);
  }
  covariance.dispose();
  return {
    'semantic/range': { shape: [2], data: Float32Array.of(start, end) },
    'semantic/mean': { shape: [d], data: mean },
    'semantic/basis': { shape: [axes, d], data: basis },
  };
}

/** Encoded queries `[n, dim]` along the axes of {@link semanticSpace} `[n, axes]`. */
export function semanticStates(tf: TensorFlow, p: Record<string, import('../../tensor/types.js').Tensor>, { start, end }: SemanticRange, encoded: Tensor2D): Tensor2D {
  const part = tf.slice(encoded, [0, start], [encoded.shape[0], end - start]);
  return tf.matMul(unitRows(tf, tf.sub(part, p['semantic/mean']!)), tf.transpose(p['semantic/basis'] as Tensor2D));
}
