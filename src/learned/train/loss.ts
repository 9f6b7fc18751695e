import { RESIDUAL } from '../constants.js';
import type { Scalar, Tensor, Tensor2D, TensorFlow } from '../../tensor/types.js';

/** log(1 + eˣ), without overflow. */
export function softplus(tf: TensorFlow, x: Tensor2D): Tensor2D {
  return tf.add(tf.relu(x), tf.log(tf.add(tf.exp(tf.neg(tf.abs(x))), 1)));
}

/**
 * Mean squared error in units of twice the variance of one LLM's scores, over entries weighted by `weight` `[n, m]`.
 */
export function squaredError(tf: TensorFlow, scores: Tensor2D, targets: Tensor2D, weight: Tensor2D): Scalar {
  return meanOf(tf, tf.div(tf.square(tf.sub(scores, targets)), 2 * RESIDUAL), weight);
}

/** Mean of `values`, by weight; 0 where weights are. */
function meanOf(tf: TensorFlow, values: Tensor, weight: Tensor): Scalar {
  return tf.div(tf.sum(tf.mul(values, weight)), tf.maximum(tf.sum(weight), 1));
}

/**
 * Mean negative log-likelihood of the query's task, over queries whose task is known (`tasks` is one-hot, or all 0).
 */
export function taskLoss(tf: TensorFlow, taskLogits: Tensor2D, tasks: Tensor2D): Scalar {
  const nll = tf.neg(tf.sum(tf.mul(tf.logSoftmax(taskLogits), tasks)));
  return tf.div(nll, tf.maximum(tf.sum(tasks), 1)) as Scalar;
}

/**
 * Bradley–Terry: mean of −log σ(better − worse), by `weight` `[n, 1]`; the other matrices are one-hot, `query` picks
 * the row of `logits`.
 */
export function preferenceLoss(
  tf: TensorFlow,
  logits: Tensor2D,
  { query, better, worse, weight }: Record<'query' | 'better' | 'worse' | 'weight', Tensor2D>,
): Scalar {
  const margin = tf.sum(tf.mul(tf.matMul(query, logits), tf.sub(better, worse)), 1, true) as Tensor2D;
  return meanOf(tf, softplus(tf, tf.neg(margin)), weight);
}
