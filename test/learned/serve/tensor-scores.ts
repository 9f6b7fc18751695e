import { readVectors } from '../../../src/dataset/dataset.js';
import { neighbourCoordinates } from '../../../src/learned/neighbourhood.js';
import { queryStates } from '../../../src/learned/profile.js';
import { semanticStates } from '../../../src/learned/semantics.js';
import { styleTensor } from '../../../src/learned/style.js';
import { decode } from '../../../src/learned/decoder.js';
import type { TensorFlow } from '../../../src/tensor/types.js';
import {
  declaredTensors,
  encodedTensor,
  gatherQueries,
  taskMask,
  toTensors,
} from '../../../src/learned/train/batch.js';
import { gatherEvidence, gatherNeighbourhood } from '../../../src/learned/train/evidence.js';
import { createEvidenceCache } from '../../../src/learned/train/evidence-cache.js';
import { queryMoments } from '../../../src/learned/train/moments.js';
import { profilesOf } from '../../../src/learned/train/step.js';
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
  const located = { data, weights, p, queries: evidence };
  const sums = gatherEvidence({ ...located, cache: createEvidenceCache(tf, data) });
  const { folds } = gatherNeighbourhood(tf, { ...located, folds: [], rng: anchorRng() });
  const around = folds[0]!;
  const scores = tf.tidy(() => {
    const support = gatherQueries(tf, {
      data,
      space: weights,
      queries: evidence,
      vectors: readVectors(data, evidence),
    });
    const profiles = profilesOf(tf, p, {
      data,
      declared: declaredTensors(tf, data),
      evidence: sums,
      moments: queryMoments(tf, queryStates(tf, p, support.features), support),
    });
    const mask =
      told === undefined
        ? taskMask(data, sums.records)
        : Float32Array.from({ length: data.numTasks }, (_, t) => (t === told ? 0 : -1e4));
    const vectors = readVectors(data, queries);
    const { features } = gatherQueries(tf, { data, space: weights, queries, vectors });
    const semantic = semanticStates(tf, p, data.semantic, encodedTensor(tf, data, vectors));
    const seen = {
      states: queryStates(tf, p, features),
      semantic,
      places: neighbourCoordinates(tf, semantic, styleTensor(tf, weights, data.style, vectors)),
    };
    return tf.sigmoid(decode(tf, p, { queries: seen, profiles, taskMask: tf.tensor1d(mask), anchors: around }).logits);
  });
  const flat = new Float32Array(await scores.data());
  tf.dispose([scores, ...Object.values(p), around.places, around.tasks, around.messages]);
  return Array.from(queries, (_, i) => flat.slice(i * data.numLlms, (i + 1) * data.numLlms));
}
