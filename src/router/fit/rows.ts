import type { Rng } from '../../base/rng.js';
import { fromRows, type Matrix } from '../../math/matrix.js';
import { sampleInOrder } from '../../math/sample.js';
import { readVectors, type Dataset } from '../../dataset/dataset.js';

/** Queries that fitting looks at: more would cost memory and time, and change a simple method little. */
export const MAX_FITTED = 20_000;

/** The queries that fitting looks at, and each one encoded, in `x [queries.length, dim]`. */
export function sampleRows(data: Dataset, train: Int32Array, rng: Rng): { queries: Int32Array; x: Matrix } {
  const queries = sampleInOrder(train, MAX_FITTED, rng);
  return { queries, x: vectorsOf(data, queries) };
}

/** Encoded queries `[queries.length, dim]`. */
export function vectorsOf(data: Dataset, queries: Int32Array): Matrix {
  return fromRows(readVectors(data, queries), data.dim);
}
