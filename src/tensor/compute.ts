import type { TensorFlow, Tensor } from './types.js';

/**
 * The numbers of a tensor that `make` computes, which leaves no other behind. Read outside the scope: it would search
 * an array for tensors.
 */
export function compute(tf: TensorFlow, make: () => Tensor): Float32Array {
  const result = tf.tidy(make);
  const values = result.dataSync() as Float32Array;
  result.dispose();
  return values;
}
