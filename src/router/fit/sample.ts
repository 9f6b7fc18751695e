import type { Rng } from '../../base/rng.js';
import { fromRows, type Matrix } from '../../math/matrix.js';
import { readVectors, type Dataset } from '../../dataset/dataset.js';

/** Queries that fitting looks at: more would cost memory and time, and change a simple method little. */
export const MAX_FITTED = 20_000;

/** At most `limit` of the queries, by chance and in their order. */
export function sample(queries: Int32Array, limit: number, rng: Rng): Int32Array {
  if (queries.length <= limit) return queries;
  return rng.fork('sample').shuffle(queries.slice()).subarray(0, limit).toSorted();
}

/** Encoded queries `[queries.length, dim]`. */
export function vectorsOf(data: Dataset, queries: Int32Array): Matrix {
  return fromRows(readVectors(data, queries), data.dim);
}
