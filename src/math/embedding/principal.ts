import type { Rng } from '../../base/rng.js';
import { dot } from '../linear.js';
import type { Matrix } from '../matrix.js';

const ROUNDS = 40;

const length = (x: Float32Array): number => Math.sqrt(dot(x, 0, x, 0, x.length));

/** Rows `[n, dim]` about their mean. */
function centred({ rows: n, cols: dim, data }: Matrix): Float32Array {
  const mean = new Float64Array(dim);
  for (let i = 0; i < data.length; i++) mean[i % dim]! += data[i]! / n;
  return data.map((x, i) => x - mean[i % dim]!);
}

/** The direction of the most variance, by power iteration. */
function direction(data: Float32Array, n: number, dim: number, rng: Rng): Float32Array {
  let axis = Float32Array.from({ length: dim }, () => rng.normal());
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float32Array(dim);
    for (let i = 0; i < n; i++) {
      const along = dot(data, i * dim, axis, 0, dim);
      for (let d = 0; d < dim; d++) next[d]! += along * data[i * dim + d]!;
    }
    const size = length(next);
    if (size === 0) return next;
    axis = next.map((x) => x / size);
  }
  return axis;
}

/** Points `[n, dim]` along their two principal axes `[n, 2]`. */
export function principalPlane(points: Matrix, rng: Rng): Float32Array {
  const { rows: n, cols: dim } = points;
  const data = centred(points);
  const out = new Float32Array(2 * n);
  for (const part of [0, 1]) {
    const axis = direction(data, n, dim, rng);
    for (let i = 0; i < n; i++) {
      const along = dot(data, i * dim, axis, 0, dim);
      out[2 * i + part] = along;
      for (let d = 0; d < dim; d++) data[i * dim + d]! -= along * axis[d]!;
    }
  }
  return out;
}
