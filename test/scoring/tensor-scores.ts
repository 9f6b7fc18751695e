import type { Tensor2D } from '@tensorflow/tfjs';
import { makeProfiles, queryStates, type ParameterTensors } from '../../src/profile/structured/profile.js';
import { sumRecords } from '../../src/profile/structured/records.js';
import { decode } from '../../src/router/graph/decoder.js';
import type { TensorFlow } from '../../src/tensor/backend.js';
import { declaredTensors, gatherQueries, recordTensors, taskMask } from '../../src/training/batch.js';
import { queryMoments } from '../../src/training/gnn.js';
import type { RandomModel } from '../support/model.js';

/**
 * Expected scores `[queries.length][numLlms]` by the tensors that training runs on: what serving has to agree with.
 *
 * @param told index of the task that every query is said to be of
 */
export async function tensorScores(tf: TensorFlow, { data, weights, evidence }: RandomModel, queries: Int32Array, told?: number): Promise<Float32Array[]> {
  const scores = tf.tidy(() => {
    const p: ParameterTensors = Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, tf.tensor(w.data, w.shape)]));
    const sums = sumRecords(data, evidence);
    const [target, support, record] = [gatherQueries(tf, data, queries), gatherQueries(tf, data, evidence), recordTensors(tf, data, sums)];
    const states = queryStates(tf, p, support.features);
    const profiles = makeProfiles(tf, p, data.design.hops, declaredTensors(tf, data), record, queryMoments(tf, states, support));
    const mask = told === undefined ? taskMask(data, sums) : Float32Array.from({ length: data.numTasks }, (_, t) => (t === told ? 0 : -1e4));
    const { logits } = decode(tf, p, queryStates(tf, p, target.features), profiles, record.taskCount, tf.tensor1d(mask), { states, scores: tf.mul(support.scores, support.known) as Tensor2D, known: support.known });
    return tf.sigmoid(logits);
  });
  const flat = new Float32Array(await scores.data());
  scores.dispose();
  return Array.from(queries, (_, i) => flat.slice(i * data.numLlms, (i + 1) * data.numLlms));
}
