/**
 * Run in a child process as `probe.js DIR`: loads the addon from DIR's node_modules, computes, and
 * prints one line of JSON. A child, because a broken native addon can end the process that loads it.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { restoreRemovedUtil } from '../../src/tensor/removed-util.js';
import { ADDON_PACKAGE } from './versions.js';

interface Tensor {
  dataSync(): Float32Array;
}

/** The little of TensorFlow.js that is tried here. */
interface TensorFlow {
  tensor2d(rows: number[][]): Tensor;
  matMul(a: Tensor, b: Tensor): Tensor;
  square(x: Tensor): Tensor;
  grad(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor;
  randomNormal(shape: number[]): Tensor;
  getBackend(): string;
  backend(): { isUsingGpuDevice: boolean; binding: { TF_Version: string } };
}

export interface Probed {
  backend: string;
  /** Version of the TensorFlow library that the addon runs on. */
  tensorflow: string;
  device: 'CPU' | 'GPU';
  /** [[1, 2], [3, 4]] · [[5, 6], [7, 8]], row by row. */
  product: number[];
  /** Gradient of the sum of x² at [3, -2]. */
  gradient: number[];
  /** Milliseconds for one product of two 1024 × 1024 matrices. */
  matMulMs: number;
}

function probe(dir: string): Probed {
  restoreRemovedUtil();
  const tf = createRequire(join(dir, 'package.json'))(ADDON_PACKAGE) as TensorFlow;
  const product = tf.matMul(
    tf.tensor2d([
      [1, 2],
      [3, 4],
    ]),
    tf.tensor2d([
      [5, 6],
      [7, 8],
    ]),
  );
  const gradient = tf.grad((x) => tf.square(x))(tf.tensor2d([[3, -2]]));
  const a = tf.randomNormal([1024, 1024]);
  tf.matMul(a, a).dataSync();
  const started = performance.now();
  tf.matMul(a, a).dataSync();
  const matMulMs = performance.now() - started;
  const { binding, isUsingGpuDevice } = tf.backend();
  return {
    backend: tf.getBackend(),
    tensorflow: binding.TF_Version,
    device: isUsingGpuDevice ? 'GPU' : 'CPU',
    product: [...product.dataSync()],
    gradient: [...gradient.dataSync()],
    matMulMs,
  };
}

process.stdout.write(`${JSON.stringify(probe(process.argv[2] ?? '.'))}\n`);
