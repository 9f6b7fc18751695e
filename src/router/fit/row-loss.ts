import type { Dataset } from '../../dataset/dataset.js';
import { sigmoid } from '../../math/linear.js';
import type { TensorFlow, Scalar, Tensor2D } from '../../tensor/types.js';
import { eachComparison } from './comparisons.js';

/** Loss of what is predicted for one query `[outputs]`; adds its gradient to `gradient [outputs]`. */
export type RowLoss = (query: number, predicted: Float32Array, gradient: Float32Array) => number;

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Half the squared error of predicted scores. */
export function squaredLoss({ evidence: { start, llm, score, weight } }: Dataset): RowLoss {
  return (query, predicted, gradient) => {
    let loss = 0;
    for (let e = start[query]!; e < start[query + 1]!; e++) {
      const error = predicted[llm[e]!]! - score[e]!;
      gradient[llm[e]!]! += weight[e]! * error;
      loss += weight[e]! * 0.5 * error * error;
    }
    return loss;
  };
}

/** Bradley–Terry: −log σ(better − worse) of every comparison, by weight. */
export function comparisonLoss(data: Dataset): RowLoss {
  return (query, logits, gradient) => {
    let loss = 0;
    eachComparison(data, query, (better, worse, weight) => {
      const margin = logits[better]! - logits[worse]!;
      const push = weight * sigmoid(-margin);
      gradient[better]! -= push;
      gradient[worse]! += push;
      loss += weight * softplus(-margin);
    });
    return loss;
  };
}

/** Cross-entropy of measured scores, and Bradley–Terry of preferences. */
export function scoreLoss({
  evidence: { start, llm, score, measured, weight },
  preferences: { better, worse, weight: told },
  preferenceStart,
}: Dataset): RowLoss {
  return (query, logits, gradient) => {
    let loss = 0;
    for (let e = start[query]!; e < start[query + 1]!; e++) {
      if (!measured[e]) continue;
      const x = logits[llm[e]!]!;
      gradient[llm[e]!]! += weight[e]! * (sigmoid(x) - score[e]!);
      loss += weight[e]! * (softplus(x) - x * score[e]!);
    }
    for (let p = preferenceStart[query]!; p < preferenceStart[query + 1]!; p++) {
      const margin = logits[better[p]!]! - logits[worse[p]!]!;
      const counts = told?.[p] ?? 1;
      gradient[better[p]!]! -= counts * sigmoid(-margin);
      gradient[worse[p]!]! += counts * sigmoid(-margin);
      loss += counts * softplus(-margin);
    }
    return loss;
  };
}

/** Cross-entropy of the query's task; nothing where it is unknown. */
export function taskLoss({ taskOf }: Dataset): RowLoss {
  return (query, logits, gradient) => {
    const task = taskOf[query]!;
    if (task < 0) return 0;
    const max = logits.reduce((a, b) => Math.max(a, b));
    const sum = logits.reduce((total, x) => total + Math.exp(x - max), 0);
    for (let t = 0; t < logits.length; t++) gradient[t]! += Math.exp(logits[t]! - max) / sum - Number(t === task);
    return max + Math.log(sum) - logits[task]!;
  };
}

/** Sum of the losses of rows `[queries.length, outputs]` and its gradient. */
export function sumLosses(
  loss: RowLoss,
  queries: Int32Array,
  predicted: Float32Array,
): { value: number; gradient: Float32Array } {
  const gradient = new Float32Array(predicted.length);
  const outputs = predicted.length / queries.length;
  let value = 0;
  for (let i = 0; i < queries.length; i++)
    value += loss(
      queries[i]!,
      predicted.subarray(i * outputs, (i + 1) * outputs),
      gradient.subarray(i * outputs, (i + 1) * outputs),
    );
  return { value, gradient };
}

/** Mean loss over rows as an operation that TensorFlow.js can differentiate: pairs need no gather, which wasm lacks. */
export function meanLoss(tf: TensorFlow, loss: RowLoss, queries: Int32Array, predicted: Tensor2D): Scalar {
  const operation = tf.customGrad((x) => {
    const { value, gradient } = sumLosses(loss, queries, (x as Tensor2D).dataSync() as Float32Array);
    return {
      value: tf.scalar(value / queries.length),
      gradFunc: (dy) =>
        tf.mul(
          dy,
          tf.tensor2d(
            gradient.map((g) => g / queries.length),
            predicted.shape,
          ),
        ),
    };
  });
  return operation(predicted) as Scalar;
}
