import type { Rng } from '../../base/rng.js';
import { matrix, type Matrix } from '../../profile/structured/dataset.js';
import { dot } from '../../scoring/linear.js';
import type { TensorFlow } from '../../tensor/backend.js';
import type { Tensor2D } from '../../tensor/types.js';

const ROUNDS = 30;

/** Index of the row of `centres [k, dim]` nearest to a vector `[dim]`; the first of equals. */
export function nearestCentre(vector: Float32Array, centres: Matrix): number {
  let best = 0;
  let least = Infinity;
  for (let c = 0; c < centres.rows; c++) {
    const from = c * centres.cols;
    const distance = dot(centres.data, from, centres.data, from, centres.cols) - 2 * dot(vector, 0, centres.data, from, centres.cols);
    if (distance < least) [best, least] = [c, distance];
  }
  return best;
}

/** Squared distances of rows to centres, less the rows' own squared length `[n, k]`. */
function distances(tf: TensorFlow, rows: Tensor2D, centres: Matrix): Float32Array {
  return tf.tidy(() => {
    const c = tf.tensor2d(centres.data, [centres.rows, centres.cols]);
    return tf.sub(tf.sum(tf.square(c), 1), tf.mul(tf.matMul(rows, tf.transpose(c)), 2)).dataSync() as Float32Array;
  });
}

/** k-means++ (Arthur & Vassilvitskii 2007): each next centre is a row, by chance in proportion to its squared distance. */
function seedCentres(tf: TensorFlow, x: Matrix, rows: Tensor2D, k: number, rng: Rng): Matrix {
  const centres = matrix(k, x.cols);
  const length = Float64Array.from({ length: x.rows }, (_, i) => dot(x.data, i * x.cols, x.data, i * x.cols, x.cols));
  const nearest = new Float64Array(x.rows).fill(Infinity);
  let next = rng.int(x.rows);
  for (let c = 0; c < k; c++) {
    const centre = x.data.subarray(next * x.cols, (next + 1) * x.cols);
    centres.data.set(centre, c * x.cols);
    distances(tf, rows, { rows: 1, cols: x.cols, data: centre }).forEach((d, i) => (nearest[i] = Math.min(nearest[i]!, Math.max(0, d + length[i]!))));
    let left = rng.next() * nearest.reduce((a, b) => a + b, 0);
    next = Math.max(0, nearest.findIndex((d) => (left -= d) < 0));
  }
  return centres;
}

/** Centres `[k, dim]` of the rows of `x [n, dim]` by Lloyd's rounds. One that loses all its rows stays where it is. */
export function cluster(tf: TensorFlow, x: Matrix, k: number, rng: Rng): Matrix {
  if (x.rows === 0) return matrix(1, x.cols);
  const rows = tf.tensor2d(x.data, [x.rows, x.cols]);
  let centres: Matrix = seedCentres(tf, x, rows, k, rng);
  let assigned = new Int32Array(x.rows).fill(-1);
  for (let round = 0; round < ROUNDS; round++) {
    const distance = distances(tf, rows, centres);
    const now = Int32Array.from({ length: x.rows }, (_, i) => {
      let best = 0;
      for (let c = 1; c < k; c++) if (distance[i * k + c]! < distance[i * k + best]!) best = c;
      return best;
    });
    if (now.every((c, i) => c === assigned[i])) break;
    assigned = now;
    const sums = matrix(k, x.cols);
    const counts = new Float32Array(k);
    assigned.forEach((c, i) => {
      counts[c]!++;
      for (let j = 0; j < x.cols; j++) sums.data[c * x.cols + j]! += x.data[i * x.cols + j]!;
    });
    const previous = centres;
    centres = matrix(k, x.cols, sums.data.map((s, i) => (counts[Math.floor(i / x.cols)]! > 0 ? s / counts[Math.floor(i / x.cols)]! : previous.data[i]!)));
  }
  rows.dispose();
  return centres;
}
