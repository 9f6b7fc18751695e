import type { Rng } from '../base/rng.js';
import { compute } from '../tensor/compute.js';
import { orthonormalize } from '../tensor/subspace.js';
import type { TensorFlow, Tensor, Tensor2D } from '../tensor/types.js';
import type { PartRange } from '../encoder/types.js';
import type { Dataset } from '../dataset/dataset.js';
import type { Weights } from '../math/weights.js';
import { styleScale } from './style.js';

/** Most axes that a query's meaning is measured along. */
export const MAX_AXES = 128;
/** Queries that the axes are found on, and rounds of subspace iteration. */
const SAMPLE = 4_096;
const ROUNDS = 40;

export const SPACE_TABLES = [
  'semantic/range',
  'semantic/mean',
  'semantic/basis',
  'style/range',
  'style/quantiles',
  'style/scale',
] as const;

/** Axes for a semantic part of this length. */
export const axesOf = ({ start, end }: PartRange): number => Math.min(MAX_AXES, end - start);

/** Scales rows to unit length `[n, d]`. */
export function unitRows(tf: TensorFlow, x: Tensor2D): Tensor2D {
  return tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), 1, true), 1e-6)));
}

/**
 * Where queries lie, fixed before training by the queries `train`: by meaning, the semantic part of the vector about
 * its mean, of unit length, along its principal axes, so that evidence adds up axis by axis (see `MessageSums`); and by
 * style, see `style.ts`.
 *
 * Tables ({@link SPACE_TABLES}): `semantic/range [2]`, `semantic/mean [d]`, `semantic/basis [axes, d]`, `style/range
 * [2]`, `style/quantiles [s, levels]`, `style/scale [s]`.
 */
export function querySpace(tf: TensorFlow, data: Dataset, train: Int32Array, rng: Rng): Weights {
  const step = Math.max(1, train.length / SAMPLE);
  const chosen = Array.from({ length: Math.min(train.length, SAMPLE) }, (_, i) =>
    data.queries.at(train[Math.floor(i * step)]!)!,
  );
  const { quantiles, scale, levels } = styleScale(chosen, data.style);
  return {
    ...principalAxes(tf, chosen, data.semantic, rng),
    'semantic/range': { shape: [2], data: Float32Array.of(data.semantic.start, data.semantic.end) },
    'style/range': { shape: [2], data: Float32Array.of(data.style.start, data.style.end) },
    'style/quantiles': { shape: [scale.length, levels], data: quantiles },
    'style/scale': { shape: [scale.length], data: scale },
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
  const basis = Float32Array.from({ length: axes * d }, () => rng.normal());
  orthonormalize(basis, d);
  for (let round = 0; round < ROUNDS; round++) {
    multiplyRows(tf, basis, covariance);
    orthonormalize(basis, d);
  }
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

/** Encoded queries `[n, dim]` along the axes of {@link querySpace} `[n, axes]`. */
export function semanticStates(
  tf: TensorFlow,
  p: Record<string, Tensor>,
  { start, end }: PartRange,
  encoded: Tensor2D,
): Tensor2D {
  const part = tf.slice(encoded, [0, start], [encoded.shape[0], end - start]);
  return tf.matMul(unitRows(tf, tf.sub(part, p['semantic/mean']!)), p['semantic/basis'] as Tensor2D, false, true);
}
