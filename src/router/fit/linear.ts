import type { Matrix } from '../../math/matrix.js';
import { timesMatrix } from '../../math/linear.js';
import type { TensorFlow, Tensor2D } from '../../tensor/types.js';
import { minimize } from '../../math/lbfgs.js';
import { compute } from '../../tensor/compute.js';
import { sumLosses, type RowLoss } from './row-loss.js';

const STEPS = 200;

/** y = x·kernel + bias, kernel `[dim, outputs]`, bias `[outputs]`. */
export interface LinearMap {
  kernel: Float32Array;
  bias: Float32Array;
}

/** What a linear map is fitted to. */
export interface LinearFit {
  /** `[n, dim]` */
  x: Matrix;
  /** The query of each row of `x`. */
  queries: Int32Array;
  outputs: number;
  loss: RowLoss;
  l2: number;
}

/** The linear map of least Σ loss(x·kernel + bias) + l2/2·‖kernel‖² over rows. */
export function fitLinear(tf: TensorFlow, { x, queries, outputs, loss, l2 }: LinearFit): LinearMap {
  const size = x.cols * outputs;
  if (x.rows === 0) return { kernel: new Float32Array(size), bias: new Float32Array(outputs) };
  const rows = tf.tensor2d(x.data, [x.rows, x.cols]);
  // Transposed once: the product with a transposed operand is slow on wasm.
  const columns = tf.transpose(rows);
  const found = minimize(
    (w) => {
      const kernel = Float32Array.from(w.subarray(0, size));
      const predicted = compute(tf, () =>
        tf.add(
          tf.matMul(rows, tf.tensor2d(kernel, [x.cols, outputs])),
          tf.tensor1d(Float32Array.from(w.subarray(size))),
        ),
      );
      const { value, gradient: perRow } = sumLosses(loss, queries, predicted);
      const ofKernel = compute(tf, () => tf.matMul(columns, tf.tensor2d(perRow, [x.rows, outputs])));
      const gradient = new Float64Array(size + outputs);
      let square = 0;
      for (let i = 0; i < size; i++) {
        gradient[i] = ofKernel[i]! + l2 * w[i]!;
        square += w[i]! * w[i]!;
      }
      for (let i = 0; i < perRow.length; i++) gradient[size + (i % outputs)]! += perRow[i]!;
      return { value: value + 0.5 * l2 * square, gradient };
    },
    new Float64Array(size + outputs),
    STEPS,
  );
  tf.dispose([rows, columns] as Tensor2D[]);
  return { kernel: Float32Array.from(found.subarray(0, size)), bias: Float32Array.from(found.subarray(size)) };
}

/** x·kernel + bias `[outputs]`. */
export function applyLinear({ kernel, bias }: LinearMap, x: Float32Array): Float32Array {
  const out = timesMatrix(x, kernel, bias.length);
  for (let j = 0; j < out.length; j++) out[j]! += bias[j]!;
  return out;
}
