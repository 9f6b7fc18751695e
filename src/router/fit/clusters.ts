import type { Rng } from '../../base/rng.js';
import { matrix, type Matrix } from '../../math/matrix.js';
import { dot } from '../../math/linear.js';
import type { TensorFlow, Tensor2D } from '../../tensor/types.js';
import { compute } from '../../tensor/compute.js';

const ROUNDS = 30;

/** Index of the row of `centres [k, dim]` nearest to a vector `[dim]`; the first of equals. */
export function nearestCentre(vector: Float32Array, centres: Matrix): number {
  let best = 0;
  let least = Infinity;
  for (let c = 0; c < centres.rows; c++) {
    const from = c * centres.cols;
    const distance =
      dot(centres.data, from, centres.data, from, centres.cols) - 2 * dot(vector, 0, centres.data, from, centres.cols);
    if (distance < least) [best, least] = [c, distance];
  }
  return best;
}

/** Squared distances of rows to centres, less the rows' own squared length `[n, k]`. */
function distances(tf: TensorFlow, rows: Tensor2D, centres: Matrix): Float32Array {
  return compute(tf, () => {
    const c = tf.tensor2d(centres.data, [centres.rows, centres.cols]);
    return tf.sub(tf.sum(tf.square(c), 1), tf.mul(tf.matMul(rows, tf.transpose(c)), 2));
  });
}

/**
 * k-means++ (Arthur & Vassilvitskii 2007): each next centre is a row, by chance in proportion to its squared distance.
 */
function seedCentres(tf: TensorFlow, { x, rows, k, rng }: { x: Matrix; rows: Tensor2D; k: number; rng: Rng }): Matrix {
  const centres = matrix(k, x.cols);
  const length = Float64Array.from({ length: x.rows }, (_, i) => dot(x.data, i * x.cols, x.data, i * x.cols, x.cols));
  const nearest = new Float64Array(x.rows).fill(Infinity);
  let next = rng.int(x.rows);
  for (let c = 0; c < k; c++) {
    const centre = x.data.subarray(next * x.cols, (next + 1) * x.cols);
    centres.data.set(centre, c * x.cols);
    distances(tf, rows, { rows: 1, cols: x.cols, data: centre }).forEach(
      (d, i) => (nearest[i] = Math.min(nearest[i]!, Math.max(0, d + length[i]!))),
    );
    let left = rng.next() * nearest.reduce((a, b) => a + b, 0);
    next = Math.max(
      0,
      nearest.findIndex((d) => (left -= d) < 0),
    );
  }
  return centres;
}

/** Nearest centre of each row, the first of equals `[n]`. */
function assign(tf: TensorFlow, rows: Tensor2D, centres: Matrix): Int32Array {
  const distance = distances(tf, rows, centres);
  return Int32Array.from({ length: rows.shape[0] }, (_, i) => {
    let best = 0;
    for (let c = 1; c < centres.rows; c++)
      if (distance[i * centres.rows + c]! < distance[i * centres.rows + best]!) best = c;
    return best;
  });
}

/** Mean of each centre's rows; one without rows stays where it is. */
function means(x: Matrix, assigned: Int32Array, centres: Matrix): Matrix {
  const { rows: k, cols } = centres;
  const out = matrix(k, cols);
  const counts = new Float32Array(k);
  for (let i = 0; i < x.rows; i++) {
    const to = assigned[i]! * cols;
    counts[assigned[i]!]!++;
    for (let j = 0; j < cols; j++) out.data[to + j]! += x.data[i * cols + j]!;
  }
  for (let at = 0; at < k * cols; at++) {
    const count = counts[Math.floor(at / cols)]!;
    out.data[at] = count > 0 ? out.data[at]! / count : centres.data[at]!;
  }
  return out;
}

/** Clusters the rows of `x [n, dim]` by Lloyd's rounds: centres `[k, dim]`, and the nearest of each row `[n]`. */
export function cluster(tf: TensorFlow, x: Matrix, k: number, rng: Rng): { centres: Matrix; assigned: Int32Array } {
  if (x.rows === 0) return { centres: matrix(1, x.cols), assigned: new Int32Array() };
  const rows = tf.tensor2d(x.data, [x.rows, x.cols]);
  let centres: Matrix = seedCentres(tf, { x, rows, k, rng });
  let assigned = assign(tf, rows, centres);
  for (let round = 0; round < ROUNDS; round++) {
    centres = means(x, assigned, centres);
    const before = assigned;
    assigned = assign(tf, rows, centres);
    if (assigned.every((c, i) => c === before[i])) break;
  }
  rows.dispose();
  return { centres, assigned };
}
