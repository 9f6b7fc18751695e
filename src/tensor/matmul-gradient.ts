import type * as tfjs from '@tensorflow/tfjs';

/**
 * Registers the gradient of the matrix product again, with transposes made explicit. The wasm kernel is several times
 * slower when an operand is marked transposed than when it is transposed first.
 *
 * For y = a·b with `a [.., n, k]` and `b [.., k, m]`: da = dy·bᵀ, db = aᵀ·dy.
 */
export function registerExplicitTransposes(tf: typeof tfjs): void {
  const swap = (x: tfjs.Tensor): tfjs.Tensor => {
    const axes = x.shape.map((_, i) => i);
    [axes[x.rank - 2], axes[x.rank - 1]] = [axes[x.rank - 1]!, axes[x.rank - 2]!];
    return tf.transpose(x, axes);
  };
  tf.unregisterGradient('BatchMatMul');
  tf.registerGradient({
    kernelName: 'BatchMatMul',
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, saved, attrs) => {
      const [a, b] = saved as [tfjs.Tensor3D, tfjs.Tensor3D];
      const { transposeA, transposeB } = attrs as unknown as { transposeA: boolean; transposeB: boolean };
      const g = dy as tfjs.Tensor3D;
      const left = transposeA ? swap(a) : a;
      const right = transposeB ? swap(b) : b;
      return {
        a: () => {
          const d = tf.matMul(g, swap(right));
          return transposeA ? swap(d) : d;
        },
        b: () => {
          const d = tf.matMul(swap(left), g);
          return transposeB ? swap(d) : d;
        },
      };
    },
  });
}
