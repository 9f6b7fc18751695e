import type { Tables, TrainedModel } from '../artifact/model.js';
import type { Rng } from '../base/rng.js';
import { readVectors, type Dataset } from '../dataset/dataset.js';
import { matrix } from '../math/matrix.js';
import { sample } from '../math/sample.js';
import type { Weights } from '../math/weights.js';
import { cluster } from '../router/fit/clusters.js';
import type { TensorFlow } from '../tensor/types.js';
import { nameKinds } from './kind-names.js';
import { locationOf } from './location.js';
import { placesOf } from './space.js';
import { SPACE_TABLES } from './space-tables.js';
import { toTensors } from './train/batch.js';

/** Logged queries for each kind, and the most kinds. */
const QUERIES_PER_KIND = 75;
const MAX_KINDS = 32;
/** Queries that kinds are found on, and that they are named by. */
const SAMPLE = 4_096;
const NAMED_BY = 2_048;

/** Groups of queries that were discovered: names, and what an artifact needs to tell a query's. */
export interface Kinds {
  names: string[];
  tables: Tables;
}

export interface KindsOf {
  data: Dataset;
  /** Logged queries, and their texts by place; undefined for one that is not there. */
  queries: Int32Array;
  textsOf(queries: readonly number[]): Promise<readonly (string | undefined)[]>;
  /** Tables of the query space. */
  space: Weights;
  rng: Rng;
}

/**
 * Discovers kinds: groups of logged queries that are alike by meaning, style and words, with or without task labels, by
 * k-means. Few queries have few kinds; under 150 there are none.
 */
export async function discoverKinds(
  tf: TensorFlow,
  { data, queries, textsOf, space, rng }: KindsOf,
): Promise<Kinds | null> {
  const count = Math.min(MAX_KINDS, Math.floor(queries.length / QUERIES_PER_KIND));
  if (count < 2) return null;
  const weights = Object.fromEntries(SPACE_TABLES.map((name) => [name, space[name]!]));
  const drawn = sample(queries, SAMPLE, rng).toSorted();
  const p = toTensors(tf, weights);
  const placed = placesOf(tf, data, { weights, p }, readVectors(data, drawn));
  const [places, words] = await Promise.all([placed.places.data(), placed.words.data()]);
  const [place, wordAxes] = [placed.places.shape[1], placed.words.shape[1]];
  tf.dispose([placed, p] as never);
  const located = matrix(drawn.length, place + wordAxes);
  drawn.forEach((_, i) =>
    located.data.set(
      locationOf({
        at: places.subarray(i * place, (i + 1) * place) as Float32Array,
        words: words.subarray(i * wordAxes, (i + 1) * wordAxes) as Float32Array,
      }),
      i * located.cols,
    ),
  );
  const { centres, assigned } = cluster(tf, located, count, rng);
  const named = Array.from({ length: Math.min(NAMED_BY, drawn.length) }, (_, i) => i);
  const texts = await textsOf(named.map((i) => drawn[i]!));
  return {
    names: nameKinds(
      named.flatMap((i) => (texts[i] === undefined ? [] : [{ text: texts[i], kind: assigned[i]! }])),
      count,
    ),
    tables: { ...weights, 'embedding/kind': { shape: [count, located.cols], data: centres.data } },
  };
}

/** A model, whatever its router, that can tell the kinds of queries. */
export function withKinds({ names, tables }: TrainedModel, kinds: Kinds | null): TrainedModel {
  if (kinds === null) return { names, tables };
  return { names: { ...names, kinds: kinds.names }, tables: { ...tables, ...kinds.tables } };
}
