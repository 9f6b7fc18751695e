import type { Rng } from '../../base/rng.js';
import type { Matrix } from '../../math/matrix.js';
import type { Weights } from '../../math/weights.js';
import { timesMatrix } from '../../math/linear.js';
import type { TensorFlow, Tensor, Tensor1D, Tensor2D } from '../../tensor/types.js';
import { normal, zeros } from '../fit/adam.js';

export const HIDDEN = 64;

export function initialWeights(dim: number, rng: Rng): Weights {
  const kernel = (name: string): Weights[string] => normal(rng.fork(name), [dim, HIDDEN], 0.2);
  return {
    query: kernel('query'),
    llm: kernel('llm'),
    product: kernel('product'),
    bias: zeros(HIDDEN),
    'out/kernel': normal(rng.fork('out'), [HIDDEN, 1], 0.1),
  };
}

/**
 * Utility of every LLM on every query: relu(q·W_q + l·W_l + √dim·(q∘l)·W_p + b)·w.
 * As one product with a kernel per LLM, W_q + √dim·diag(l)·W_p, so that no product q∘l is ever stored.
 *
 * @param queries `[n, dim]`
 * @param llms `[numLlms, dim]`
 * @returns `[n, numLlms]`
 */
export function utilities(tf: TensorFlow, p: Record<string, Tensor>, queries: Tensor2D, llms: Tensor2D): Tensor2D {
  const [numLlms, dim] = llms.shape;
  const [query, llm, product, bias, out] = [p['query'], p['llm'], p['product'], p['bias'], p['out/kernel']] as [
    Tensor2D,
    Tensor2D,
    Tensor2D,
    Tensor1D,
    Tensor2D,
  ];
  const across = tf.mul(tf.reshape(tf.transpose(llms), [dim, numLlms, 1]), Math.sqrt(dim));
  const kernels = tf.add(tf.reshape(query, [dim, 1, HIDDEN]), tf.mul(across, tf.reshape(product, [dim, 1, HIDDEN])));
  // The LLM's own term is one more row of the kernel, and not a sum of its own: wasm keeps products by the identity of
  // their right factor and would mistake the gradient of the one for that of the other, reshaped, in a batch of one.
  const own = tf.reshape(tf.add(tf.matMul(llms, llm), bias), [1, numLlms * HIDDEN]) as Tensor2D;
  const kernel = tf.concat([tf.reshape(kernels, [dim, numLlms * HIDDEN]) as Tensor2D, own], 0);
  const numQueries = queries.shape[0];
  const first = tf.relu(tf.matMul(tf.concat([queries, tf.ones([numQueries, 1]) as Tensor2D], 1), kernel));
  const hidden = tf.reshape(first, [numQueries * numLlms, HIDDEN]) as Tensor2D;
  return tf.reshape(tf.matMul(hidden, out), [numQueries, numLlms]);
}

/** The same first layer for serving: kernel `[dim, numLlms · HIDDEN]` and bias `[numLlms · HIDDEN]`. */
export function hiddenKernels(
  weights: Weights,
  { rows: numLlms, cols: dim, data: llms }: Matrix,
): { kernel: Float32Array; bias: Float32Array } {
  const [query, llm, product, bias] = ['query', 'llm', 'product', 'bias'].map((name) => weights[name]!.data) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const kernel = new Float32Array(dim * numLlms * HIDDEN);
  const biases = new Float32Array(numLlms * HIDDEN);
  for (let l = 0; l < numLlms; l++) {
    biases.set(
      timesMatrix(llms.subarray(l * dim, (l + 1) * dim), llm, HIDDEN).map((x, h) => x + bias[h]!),
      l * HIDDEN,
    );
    for (let i = 0; i < dim; i++) {
      const scale = Math.sqrt(dim) * llms[l * dim + i]!;
      for (let h = 0; h < HIDDEN; h++)
        kernel[(i * numLlms + l) * HIDDEN + h] = query[i * HIDDEN + h]! + scale * product[i * HIDDEN + h]!;
    }
  }
  return { kernel, bias: biases };
}
