import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { leastSquares, whiten } from '../../src/learned/features.js';
import { solvePositiveDefinite } from '../../src/math/solve.js';
import { openBackend } from '../../src/tensor/backend.js';
import type { Tensor2D, TensorFlow } from '../../src/tensor/types.js';

let tf: TensorFlow;
before(async () => {
  ({ tf } = await openBackend('wasm'));
});

const rng = createRng(7);
const random = (rows: number, cols: number, of = (): number => rng.normal()): Tensor2D =>
  tf.tensor2d(Float32Array.from({ length: rows * cols }, of), [rows, cols]);

function isClose(actual: ArrayLike<number>, expected: ArrayLike<number>, within: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++)
    assert.ok(Math.abs(actual[i]! - expected[i]!) < within, `${i}: ${actual[i]} in place of ${expected[i]}`);
}

describe('features of nearness to anchors', () => {
  test('have the anchors’ kernel as their products, also where anchors lie in the same place', () => {
    const places = random(12, 3);
    const twice = tf.concat([places, places], 0) as Tensor2D;
    const kernel = tf.exp(
      tf.neg(tf.sum(tf.square(tf.sub(tf.expandDims(twice, 1), tf.expandDims(twice, 0))), 2)),
    ) as Tensor2D;
    const { factor, whitening } = whiten(tf, kernel);
    isClose(tf.matMul(factor, factor, false, true).dataSync(), kernel.dataSync(), 2e-3);
    const features = tf.matMul(kernel, whitening) as Tensor2D;
    isClose(tf.matMul(features, features, false, true).dataSync(), kernel.dataSync(), 2e-3);
    isClose(tf.matMul(whitening, factor, true).dataSync(), tf.eye(24).dataSync(), 2e-3);
  });

  test('are weighed by least squares, each column with the rows that count in it', () => {
    const [rows, size, columns, variance] = [60, 8, 2, 0.3];
    const inputs = random(rows, size);
    const targets = random(rows, columns);
    const weights = random(rows, columns, () => (rng.next() < 0.3 ? 0 : 5 * rng.next()));
    const found = leastSquares(tf, inputs, { targets, weights, variance }).dataSync();
    const [x, y, w] = [inputs, targets, weights].map((t) => t.dataSync()) as [Float32Array, Float32Array, Float32Array];
    for (let c = 0; c < columns; c++) {
      const precision = new Float64Array(size * size);
      const right = new Float64Array(size);
      for (let i = 0; i < size; i++) precision[i * size + i] = 1 / variance;
      for (let r = 0; r < rows; r++)
        for (let i = 0; i < size; i++) {
          right[i]! += w[r * columns + c]! * x[r * size + i]! * y[r * columns + c]!;
          for (let j = 0; j < size; j++)
            precision[i * size + j]! += w[r * columns + c]! * x[r * size + i]! * x[r * size + j]!;
        }
      isClose(
        Float64Array.from({ length: size }, (_, i) => found[i * columns + c]!),
        solvePositiveDefinite(precision, right),
        1e-3,
      );
    }
  });

  test('have no weight where nothing counts', () => {
    const none = leastSquares(tf, random(10, 4), { targets: random(10, 1), weights: tf.zeros([10, 1]), variance: 1 });
    assert.deepEqual([...none.dataSync()], [0, 0, 0, 0]);
  });
});
