import type { QueryMoments } from '../profile.js';
import type { TensorFlow, Tensor2D } from '../../tensor/types.js';
import type { QueryBatch } from './batch.js';

/** Moments of the support queries' states; see {@link QueryMoments}. */
export function queryMoments(tf: TensorFlow, states: Tensor2D, support: QueryBatch): QueryMoments {
  const summed = (m: Tensor2D): Tensor2D => tf.matMul(tf.transpose(m), states);
  return {
    scored: summed(tf.mul(support.scores, support.known)),
    answered: summed(support.known),
    answers: tf.transpose(tf.sum(support.known, 0, true)),
    task: summed(support.tasks),
    members: tf.transpose(tf.sum(support.tasks, 0, true)),
  };
}
