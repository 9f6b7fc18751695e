import type { Rng } from '../base/rng.js';
import { readVectors, type Dataset } from '../dataset/dataset.js';
import { fromRows } from '../math/matrix.js';
import type { Weights } from '../math/weights.js';
import { compute } from '../tensor/compute.js';
import type { TensorFlow, Tensor2D } from '../tensor/types.js';
import { neighbourCoordinates, taskRows, type Located } from './neighbourhood.js';
import type { ParameterTensors } from './profile.js';
import { semanticSpace, semanticStates } from './semantics.js';
import { styleScale, styleTensor } from './style.js';
import { wordSpace, wordStates } from './words.js';

/** Queries that axes are found on. */
const SAMPLE = 4_096;

/**
 * Where queries lie, fixed before training by the queries `train`: by meaning (`semantics.ts`), by their words
 * (`words.ts`) and by style (`style.ts`).
 */
export function querySpace(tf: TensorFlow, data: Dataset, train: Int32Array, rng: Rng): Weights {
  const step = Math.max(1, train.length / SAMPLE);
  const chosen = Array.from({ length: Math.min(train.length, SAMPLE) }, (_, i) =>
    data.queries.at(train[Math.floor(i * step)]!)!,
  );
  const { quantiles, scale, levels } = styleScale(chosen, data.style);
  return {
    ...semanticSpace(tf, chosen, data.semantic, rng),
    ...wordSpace(tf, chosen, data.words, rng.fork('words')),
    'style/range': { shape: [2], data: Float32Array.of(data.style.start, data.style.end) },
    'style/quantiles': { shape: [scale.length, levels], data: quantiles },
    'style/scale': { shape: [scale.length], data: scale },
  };
}

/** The tables of a query space, and as tensors. */
export interface Space {
  weights: Weights;
  p: ParameterTensors;
  /** Where logged queries lie, by their index: remembered, as an epoch asks for each again. */
  places: Map<number, Float32Array>;
}

/** Most queries that are remembered: it bounds memory. */
const REMEMBERED = 131_072;

/** Where encoded queries lie, as {@link nearness} reads them but for their tasks. */
export function placesOf(
  tf: TensorFlow,
  data: Dataset,
  { weights, p }: Omit<Space, 'places'>,
  vectors: readonly Float32Array[],
): Omit<Located, 'tasks'> {
  const encoded = tf.tensor2d(fromRows(vectors, data.dim).data, [vectors.length, data.dim]);
  const semantic = semanticStates(tf, p, data.semantic, encoded);
  return {
    places: neighbourCoordinates(tf, semantic, styleTensor(tf, weights, data.style, vectors)),
    words: wordStates(tf, weights, vectors),
  };
}

/** The same of logged queries. */
export function placesOfLogged(
  tf: TensorFlow,
  data: Dataset,
  space: Space,
  queries: Int32Array,
): Omit<Located, 'tasks'> {
  const { weights, places: known } = space;
  const fresh = queries.filter((q) => !known.has(q));
  const placed = (of: Int32Array): Omit<Located, 'tasks'> => placesOf(tf, data, space, readVectors(data, of));
  if (known.size + fresh.length > REMEMBERED) return placed(queries);
  const sizes = [
    weights['semantic/basis']!.shape[0]! + weights['style/scale']!.shape[0]!,
    weights['words/centre']!.shape[0]!,
  ];
  const width = sizes[0]! + sizes[1]!;
  if (fresh.length > 0) {
    const rows = compute(tf, () => {
      const { places, words } = placed(fresh);
      return tf.concat([places, words], 1);
    });
    fresh.forEach((q, i) => known.set(q, rows.slice(i * width, (i + 1) * width)));
  }
  const rows = new Float32Array(queries.length * width);
  queries.forEach((q, i) => rows.set(known.get(q)!, i * width));
  const [places, words] = tf.split(tf.tensor2d(rows, [queries.length, width]), sizes, 1) as [Tensor2D, Tensor2D];
  return { places, words };
}

/** Where logged queries lie, their tasks as far as they are known. */
export function locate(
  tf: TensorFlow,
  data: Dataset,
  space: Space,
  queries: Int32Array,
): Located & { tasks: Tensor2D } {
  return {
    ...placesOfLogged(tf, data, space, queries),
    tasks: tf.tensor2d(taskRows(data, queries), [queries.length, data.numTasks]),
  };
}
