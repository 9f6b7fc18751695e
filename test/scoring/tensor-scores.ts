import { queryStates } from '../../src/profile/structured/profile.js';
import { expectedByRecord } from '../../src/profile/structured/residuals.js';
import { semanticStates } from '../../src/profile/structured/semantics.js';
import { decode } from '../../src/router/graph/decoder.js';
import type { TensorFlow } from '../../src/tensor/backend.js';
import { declaredTensors, gatherQueries, taskMask } from '../../src/training/batch.js';
import { toTensors } from '../../src/training/gnn.js';
import { gatherKnowledge } from '../../src/training/knowledge.js';
import { anchorsOf, profilesOf, queryMoments } from '../../src/training/step.js';
import type { RandomModel } from '../support/model.js';

/**
 * Expected scores `[queries.length][numLlms]` by the tensors that training runs on: what serving has to agree with.
 *
 * @param told index of the task that every query is said to be of
 */
export async function tensorScores(tf: TensorFlow, { data, weights, evidence }: RandomModel, queries: Int32Array, told?: number): Promise<Float32Array[]> {
  const p = toTensors(tf, weights);
  const knowledge = gatherKnowledge(tf, data, p, evidence);
  const scores = tf.tidy(() => {
    const { features } = gatherQueries(tf, data, queries);
    const anchors = anchorsOf(tf, data, p, evidence, expectedByRecord(data, knowledge.records));
    const profiles = profilesOf(tf, data, p, declaredTensors(tf, data), knowledge, queryMoments(tf, anchors.states, gatherQueries(tf, data, evidence)));
    const mask = told === undefined ? taskMask(data, knowledge.records) : Float32Array.from({ length: data.numTasks }, (_, t) => (t === told ? 0 : -1e4));
    const { logits } = decode(tf, p, { states: queryStates(tf, p, features), semantic: semanticStates(tf, p, data.semantic, features) }, profiles, tf.tensor1d(mask), anchors);
    return tf.sigmoid(logits);
  });
  const flat = new Float32Array(await scores.data());
  tf.dispose([scores, ...Object.values(p)]);
  return Array.from(queries, (_, i) => flat.slice(i * data.numLlms, (i + 1) * data.numLlms));
}
