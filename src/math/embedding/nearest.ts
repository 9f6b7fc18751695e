import { dot } from '../linear.js';
import type { Matrix } from '../matrix.js';

/** The nearest of each point, nearest first and without itself. */
export interface Nearest {
  /** How many of each. */
  count: number;
  /** `[numPoints, count]` each. */
  index: Int32Array;
  /** Euclidean distance. */
  distance: Float32Array;
}

/** Puts a point into the sorted list of one, in place of the farthest. */
function insert(index: Int32Array, square: Float32Array, from: number, to: number, point: number, at: number): void {
  let i = to - 1;
  for (; i > from && square[i - 1]! > at; i--) {
    square[i] = square[i - 1]!;
    index[i] = index[i - 1]!;
  }
  square[i] = at;
  index[i] = point;
}

/** The `count` nearest of each of some thousand points `[numPoints, dim]`, by all distances. */
export function nearestOf({ rows: n, cols: dim, data }: Matrix, wanted: number): Nearest {
  const count = Math.max(0, Math.min(wanted, n - 1));
  const index = new Int32Array(n * count);
  const square = new Float32Array(n * count).fill(Infinity);
  if (count === 0) return { count, index, distance: square };
  const own = Float32Array.from({ length: n }, (_, i) => dot(data, i * dim, data, i * dim, dim));
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const apart = Math.max(0, own[i]! + own[j]! - 2 * dot(data, i * dim, data, j * dim, dim));
      if (apart < square[(i + 1) * count - 1]!) insert(index, square, i * count, (i + 1) * count, j, apart);
      if (apart < square[(j + 1) * count - 1]!) insert(index, square, j * count, (j + 1) * count, i, apart);
    }
  return { count, index, distance: square.map(Math.sqrt) };
}
