import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from './types.js';
import type { NativeBackend } from './trace.js';

/**
 * Registers the matrix product of TensorFlow's library again, so that two plain matrices are multiplied by `MatMul`.
 * TensorFlow.js calls `BatchMatMulV2` for them, too, which takes three to ten times as long for small ones.
 */
export function registerPlainMatMul(tf: TensorFlow): void {
  const batched = tf.getKernel('BatchMatMul', 'tensorflow');
  tf.unregisterKernel('BatchMatMul', 'tensorflow');
  tf.registerKernel({
    ...batched,
    kernelFunc: (call) => {
      const { a, b } = call.inputs as unknown as { a: Tensor; b: Tensor };
      if (a.shape.length !== 2 || b.shape.length !== 2 || a.dtype !== 'float32' || b.dtype !== 'float32')
        return batched.kernelFunc(call);
      const { binding, executeSingleOutput } = call.backend as unknown as NativeBackend;
      const { transposeA, transposeB } = call.attrs as unknown as { transposeA: boolean; transposeB: boolean };
      const attributes = [
        { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
        { name: 'transpose_a', type: binding.TF_ATTR_BOOL, value: transposeA },
        { name: 'transpose_b', type: binding.TF_ATTR_BOOL, value: transposeB },
      ];
      return executeSingleOutput.call(call.backend, 'MatMul', attributes, [a, b]);
    },
  });
}
