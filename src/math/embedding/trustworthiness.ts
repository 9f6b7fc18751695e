import type { Matrix } from '../matrix.js';
import { nearestOf } from './nearest.js';

/**
 * How far the `count` nearest in the plane `[n, 2]` are near in the points `[n, dim]` too (Venna and Kaski 2001): 1
 * where they are the same, about 0.5 where they are any. For `n` well over `2 · count`.
 */
export function trustworthiness(points: Matrix, plane: Float32Array, count: number): number {
  const { rows: n, cols: dim, data } = points;
  const near = nearestOf({ rows: n, cols: 2, data: plane }, count);
  const apart = new Float64Array(n);
  let beyond = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let square = 0;
      for (let d = 0; d < dim; d++) square += (data[i * dim + d]! - data[j * dim + d]!) ** 2;
      apart[j] = j === i ? Infinity : square;
    }
    for (let k = 0; k < near.count; k++) {
      const own = apart[near.index[i * near.count + k]!]!;
      let rank = 1;
      for (let j = 0; j < n; j++) if (apart[j]! < own) rank++;
      beyond += Math.max(0, rank - count);
    }
  }
  return 1 - (2 / (n * count * (2 * n - 3 * count - 1))) * beyond;
}
