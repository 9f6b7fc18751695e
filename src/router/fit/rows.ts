import { fromRows, type Matrix } from '../../math/matrix.js';
import { readVectors, type Dataset } from '../../dataset/dataset.js';

/** Queries that fitting looks at: more would cost memory and time, and change a simple method little. */
export const MAX_FITTED = 20_000;

/** Encoded queries `[queries.length, dim]`. */
export function vectorsOf(data: Dataset, queries: Int32Array): Matrix {
  return fromRows(readVectors(data, queries), data.dim);
}
