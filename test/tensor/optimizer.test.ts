import assert from 'node:assert/strict';
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { before, describe, test } from 'node:test';
import type { Weights } from '../../src/math/weights.js';
import { openBackend } from '../../src/tensor/backend.js';
import type { TensorFlow } from '../../src/tensor/types.js';
import { createOptimizer } from '../../src/tensor/optimizer.js';

let tf: TensorFlow;
before(async () => {
  ({ tf } = await openBackend('wasm'));
});

const initial = (): Weights => ({
  kernel: { shape: [1, 2], data: Float32Array.of(1, -2) },
  bias: { shape: [2], data: Float32Array.of(0.5, 3) },
});

/** Sum of squares of every weight, whose gradient is 2·w. */
function squares(weights: Record<string, Tensor>): Scalar {
  return Object.values(weights)
    .map((w) => tf.sum(tf.square(w)) as Scalar)
    .reduce((a, b) => tf.add(a, b));
}

/** AdamW by the paper's own algorithm (arXiv 1711.05101, algorithm 2), for one number whose gradient is 2·w. */
function byHand(start: number, steps: number, rate: number, decay: number): number {
  let [w, m, v] = [start, 0, 0];
  for (let t = 1; t <= steps; t++) {
    const gradient = 2 * w;
    m = 0.9 * m + 0.1 * gradient;
    v = 0.999 * v + 0.001 * gradient * gradient;
    w = w - rate * decay * w - (rate * (m / (1 - 0.9 ** t))) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8);
  }
  return w;
}

describe('AdamW', () => {
  test('steps as its paper says, and lets only matrices decay', async () => {
    const optimizer = createOptimizer(tf, initial(), 0.3);
    assert.equal(optimizer.step(squares, 0.1), 1 + 4 + 0.25 + 9);
    for (let i = 0; i < 4; i++) optimizer.step(squares, 0.1);
    const { kernel, bias } = await optimizer.weights();
    const stepped = [...kernel!.data, ...bias!.data];
    optimizer.dispose();
    const expected = [byHand(1, 5, 0.1, 0.3), byHand(-2, 5, 0.1, 0.3), byHand(0.5, 5, 0.1, 0), byHand(3, 5, 0.1, 0)];
    stepped.forEach((w, i) => assert.ok(Math.abs(w - expected[i]!) < 1e-5, `${w} for ${expected[i]}`));
    assert.notEqual(expected[1], byHand(-2, 5, 0.1, 0));
  });

  test('leaves weights that the loss does not read where they are', async () => {
    const optimizer = createOptimizer(tf, initial(), 0.5);
    optimizer.step(({ bias }) => tf.sum(tf.square(bias!)), 0.1);
    const { kernel } = await optimizer.weights();
    optimizer.dispose();
    assert.deepEqual(kernel, initial()['kernel']);
  });

  test('leaves no tensor behind in a step, and gives all back in the end', async () => {
    const none = tf.memory().numTensors;
    const optimizer = createOptimizer(tf, initial(), 0.3);
    const held = tf.memory().numTensors;
    assert.ok(held > none);
    for (let i = 0; i < 3; i++) {
      optimizer.step(squares, 0.1);
      await optimizer.weights();
      assert.equal(tf.memory().numTensors, held);
    }
    optimizer.dispose();
    assert.equal(tf.memory().numTensors, none);
  });

  test('copies the weights out: a later step does not change them', async () => {
    const optimizer = createOptimizer(tf, initial(), 0);
    const earlier = await optimizer.weights();
    optimizer.step(squares, 0.1);
    assert.deepEqual(earlier, initial());
    assert.notDeepEqual(await optimizer.weights(), earlier);
    optimizer.dispose();
  });

  test('serves two models in one process', async () => {
    const [a, b] = [createOptimizer(tf, initial(), 0), createOptimizer(tf, initial(), 0)];
    a.step(squares, 0.1);
    assert.deepEqual(await b.weights(), initial());
    a.dispose();
    b.step(squares, 0.1);
    b.dispose();
  });
});
