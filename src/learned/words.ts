import type { Rng } from '../base/rng.js';
import { leadingDirections } from '../tensor/subspace.js';
import { timesMatrix, transposed } from '../math/linear.js';
import type { TensorFlow, Tensor2D } from '../tensor/types.js';
import type { PartRange } from '../encoder/types.js';
import type { Weights } from '../math/weights.js';
import { unitRows } from './semantics.js';

/** Most axes that a query's words are measured along. */
const MAX_AXES = 128;

/**
 * Where queries lie by their words: the lexical part of a vector, each feature by how rare it is (the logarithm of its
 * inverse document frequency), of unit length, along the leading directions about its mean; latent semantic analysis
 * (Deerwester et al. 1990).
 *
 * Tables: `words/range [2]`, `words/rarity [d]`, `words/basis [axes, d]`, `words/centre [axes]`.
 */
export function wordSpace(
  tf: TensorFlow,
  sample: readonly Float32Array[],
  { start, end }: PartRange,
  rng: Rng,
): Weights {
  const size = end - start;
  const axes = Math.min(MAX_AXES, size, sample.length);
  const found = new Float32Array(size);
  for (const vector of sample) for (let i = 0; i < size; i++) if (vector[start + i] !== 0) found[i]!++;
  const rarity = found.map((n) => Math.log((1 + sample.length) / (1 + n)));
  const rows = new Float32Array(sample.length * size);
  sample.forEach((vector, r) => weighWords(vector, start, rarity, rows.subarray(r * size, (r + 1) * size)));
  const mean = new Float32Array(size);
  for (let i = 0; i < rows.length; i++) mean[i % size]! += rows[i]! / sample.length;
  for (let i = 0; i < rows.length; i++) rows[i]! -= mean[i % size]!;
  const basis =
    axes === 0
      ? new Float32Array(0)
      : leadingDirections(tf, { rows: sample.length, cols: size, data: rows }, axes, rng);
  const centre = Float32Array.from({ length: axes }, (_, a) =>
    mean.reduce((sum, x, i) => sum + x * basis[a * size + i]!, 0),
  );
  return {
    'words/range': { shape: [2], data: Float32Array.of(start, end) },
    'words/rarity': { shape: [size], data: rarity },
    'words/basis': { shape: [axes, size], data: basis },
    'words/centre': { shape: [axes], data: centre },
  };
}

/** Length of the lexical part of a vector, each feature by how rare it is; above 0 for a part of zeros, too. */
export function wordLength(vector: Float32Array, start: number, rarity: Float32Array): number {
  let square = 1e-6;
  for (let i = 0; i < rarity.length; i++) square += (vector[start + i]! * rarity[i]!) ** 2;
  return Math.sqrt(square);
}

/** Writes the lexical part of a vector, by how rare its features are and of unit length, to `out`. */
function weighWords(vector: Float32Array, start: number, rarity: Float32Array, out: Float32Array): void {
  const scale = 1 / wordLength(vector, start, rarity);
  for (let i = 0; i < rarity.length; i++) out[i] = scale * vector[start + i]! * rarity[i]!;
}

/** A basis by feature `[d, axes]`, kept as long as the basis: most features of a query are 0, and are left out then. */
const byFeature = new WeakMap<Float32Array, Float32Array>();

function featuresOf({ shape, data }: Weights[string]): Float32Array {
  const found = byFeature.get(data) ?? transposed(data, shape[0]!, shape[1]!);
  byFeature.set(data, found);
  return found;
}

/** Queries along the axes of {@link wordSpace}, of unit length `[n, word axes]`. */
export function wordStates(tf: TensorFlow, weights: Weights, vectors: readonly Float32Array[]): Tensor2D {
  const rarity = weights['words/rarity']!.data;
  const centre = weights['words/centre']!.data;
  const axes = centre.length;
  if (axes === 0) return tf.zeros([vectors.length, 0]);
  const basis = featuresOf(weights['words/basis']!);
  const start = weights['words/range']!.data[0]!;
  const words = new Float32Array(rarity.length);
  const along = new Float32Array(vectors.length * axes);
  vectors.forEach((vector, r) => {
    weighWords(vector, start, rarity, words);
    along.set(timesMatrix(words, basis, axes), r * axes);
  });
  return unitRows(tf, tf.sub(tf.tensor2d(along, [vectors.length, axes]), tf.tensor1d(centre)) as Tensor2D);
}
