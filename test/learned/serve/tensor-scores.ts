import { readVectors } from '../../../src/dataset/dataset.js';
import { neighbourPlaces } from '../../../src/learned/neighbourhood.js';
import { queryStates } from '../../../src/learned/profile.js';
import { semanticStates } from '../../../src/learned/semantics.js';
import { styleTensor } from '../../../src/learned/style.js';
import { decode } from '../../../src/learned/decoder.js';
import type { TensorFlow } from '../../../src/tensor/types.js';
import { declaredTensors, encodedTensor, gatherQueries, taskMask } from '../../../src/learned/train/batch.js';
import { toTensors } from '../../../src/learned/train/gnn.js';
import { gatherKnowledge, gatherNeighbourhood } from '../../../src/learned/train/knowledge.js';
import { createPasses } from '../../../src/learned/train/passes.js';
import { profilesOf, queryMoments } from '../../../src/learned/train/step.js';
import type { RandomModel } from '../../support/model.js';

/**
 * Expected scores `[queries.length][numLlms]` by the tensors that training runs on: what serving has to agree with.
 *
 * @param told index of the task that every query is said to be of
 */
export async function tensorScores(
  tf: TensorFlow,
  { data, weights, evidence, anchorRng }: RandomModel,
  queries: Int32Array,
  told?: number,
): Promise<Float32Array[]> {
  const p = toTensors(tf, weights);
  const knowledge = gatherKnowledge(data, createPasses(tf, data), weights, p, evidence);
  const { folds } = gatherNeighbourhood(tf, data, weights, p, evidence, [], anchorRng());
  const around = folds[0]!;
  const scores = tf.tidy(() => {
    const support = gatherQueries(tf, data, weights, evidence, readVectors(data, evidence));
    const profiles = profilesOf(
      tf,
      data,
      p,
      declaredTensors(tf, data),
      knowledge,
      queryMoments(tf, queryStates(tf, p, support.features), support),
    );
    const mask =
      told === undefined
        ? taskMask(data, knowledge.records)
        : Float32Array.from({ length: data.numTasks }, (_, t) => (t === told ? 0 : -1e4));
    const vectors = readVectors(data, queries);
    const { features } = gatherQueries(tf, data, weights, queries, vectors);
    const semantic = semanticStates(tf, p, data.semantic, encodedTensor(tf, data, vectors));
    const seen = {
      states: queryStates(tf, p, features),
      semantic,
      places: neighbourPlaces(tf, semantic, styleTensor(tf, weights, data.style, vectors)),
    };
    return tf.sigmoid(decode(tf, p, seen, profiles, tf.tensor1d(mask), around).logits);
  });
  const flat = new Float32Array(await scores.data());
  tf.dispose([scores, ...Object.values(p), around.places, around.tasks, around.messages]);
  return Array.from(queries, (_, i) => flat.slice(i * data.numLlms, (i + 1) * data.numLlms));
}
