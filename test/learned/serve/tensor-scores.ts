import { readVectors } from '../../../src/dataset/dataset.js';
import { sumRecords } from '../../../src/dataset/records.js';
import { decode } from '../../../src/learned/decoder.js';
import { makeProfiles, queryStates } from '../../../src/learned/profile.js';
import { intoRange, scalesIn, standardised } from '../../../src/learned/scale.js';
import { placesOf } from '../../../src/learned/space.js';
import type { TensorFlow } from '../../../src/tensor/types.js';
import {
  declaredTensors,
  evidenceTensors,
  gatherQueries,
  taskMask,
  toTensors,
} from '../../../src/learned/train/batch.js';
import { calibrated } from '../../../src/learned/calibration.js';
import { queryMoments } from '../../../src/learned/train/moments.js';
import { spreadIn } from '../../../src/learned/neighbourhood.js';
import { gatherNeighbourhood } from '../../../src/learned/train/neighbourhood.js';
import type { RandomModel } from '../../support/model.js';

/**
 * Expected scores `[queries.length][numLlms]` by the tensors that training runs on: what serving has to agree with.
 *
 * @param told index of the task that every query is said to be of
 */
export async function tensorScores(
  tf: TensorFlow,
  { data: logged, weights, evidence, anchorRng }: RandomModel,
  queries: Int32Array,
  told?: number,
): Promise<Float32Array[]> {
  const scales = scalesIn(weights['score/scale']!.data);
  const data = standardised(logged, scales);
  const p = toTensors(tf, weights);
  const space = { weights, p, places: new Map() };
  const records = sumRecords(data, evidence);
  const located = { data, space, queries: evidence, records, folds: [], spread: spreadIn(weights['anchor/spread']!) };
  const { folds } = gatherNeighbourhood(tf, { ...located, rng: anchorRng() });
  const around = folds[0]!;
  const scores = tf.tidy(() => {
    const support = gatherQueries(tf, {
      data,
      space: weights,
      queries: evidence,
      vectors: readVectors(data, evidence),
    });
    const profiles = makeProfiles(tf, p, {
      hops: data.design.hops,
      declared: declaredTensors(tf, data),
      evidence: evidenceTensors(tf, records),
      moments: queryMoments(tf, queryStates(tf, p, support.features), support),
    });
    const mask =
      told === undefined
        ? taskMask(data, records)
        : Float32Array.from({ length: data.numTasks }, (_, t) => (t === told ? 0 : -1e4));
    const vectors = readVectors(data, queries);
    const { features } = gatherQueries(tf, { data, space: weights, queries, vectors });
    const seen = { states: queryStates(tf, p, features), places: placesOf(tf, data, space, vectors) };
    return decode(tf, p, { queries: seen, profiles, taskMask: tf.tensor1d(mask), anchors: around }).scores;
  });
  const { centre, spread } = scales.measured;
  const flat = new Float32Array(await scores.data()).map((s) =>
    intoRange(centre + spread * calibrated(s, weights['score/calibration']!.data), scales.measured),
  );
  tf.dispose([scores, ...Object.values(p), ...Object.values(around.located), around.messages, around.shift]);
  return Array.from(queries, (_, i) => flat.slice(i * data.numLlms, (i + 1) * data.numLlms));
}
