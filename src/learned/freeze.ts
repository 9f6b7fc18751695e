import type { Rng } from '../base/rng.js';
import type { SnapshotRows } from '../graph/rows.js';
import { isCurrent, type Dataset } from '../dataset/dataset.js';
import { sumRecords } from '../dataset/records.js';
import type { Weights } from '../math/weights.js';
import { MAX_PROBES } from './constants.js';
import { makeProfiles } from './profile.js';
import { embedLlms, taskKeys } from './decoder.js';
import { levelsOf } from './levels.js';
import { LEARNED_ROUTER } from './name.js';
import { nearness, spreadIn } from './neighbourhood.js';
import { scalesIn, standardised } from './scale.js';
import type { TableName } from './tables.js';
import type { TrainedModel } from '../artifact/model.js';
import type { TensorFlow, Tensor, Tensor2D } from '../tensor/types.js';
import { declaredTensors, evidenceTensors, taskMask, toTensors } from './train/batch.js';
import { createMomentCache, type MomentCache } from './train/moment-cache.js';
import { gatherNeighbourhood } from './train/neighbourhood.js';

/** `[numAnchors, numLlms]`, NaN where nothing is logged of what the LLM is now. */
function anchorScores(data: Dataset, anchors: Int32Array): Float32Array {
  const scores = new Float32Array(anchors.length * data.numLlms).fill(NaN);
  const { start, llm, score } = data.evidence;
  anchors.forEach((q, a) => {
    for (let e = start[q]!; e < start[q + 1]!; e++)
      if (isCurrent(data.evidence, e)) scores[a * data.numLlms + llm[e]!] = score[e]!;
  });
  return scores;
}

export interface ModelToFreeze {
  data: Dataset;
  rows: SnapshotRows;
  weights: Weights;
  /** Queries whose answers the profiles rest on. */
  evidence: Int32Array;
  /** Id of the encoder. */
  encoder: string;
  rng: Rng;
  /** May be of the runs before on the same dataset. */
  cache?: MomentCache | undefined;
}

/** Makes the tables that serving reads. */
export async function freezeModel(
  tf: TensorFlow,
  { data: logged, rows, weights, evidence, encoder, rng, cache = createMomentCache(tf) }: ModelToFreeze,
): Promise<TrainedModel> {
  const scales = scalesIn(weights['score/scale']!.data);
  const data = standardised(logged, scales);
  const p = toTensors(tf, weights);
  const declared = declaredTensors(tf, data);
  const records = sumRecords(data, evidence);
  const { usual, strength, declaredGain } = levelsOf(records);
  const space = { weights, p, places: new Map() };
  const spread = spreadIn(weights['anchor/spread']!);
  const located = { data, space, queries: evidence, records, folds: [], spread };
  const { anchors, folds } = gatherNeighbourhood(tf, { ...located, rng });
  const around = folds[0]!;
  const moments = cache.moments(data, weights, p, evidence);
  const numProbes = Math.min(MAX_PROBES, anchors.length);
  const tensors: Partial<Record<TableName, Tensor>> = tf.tidy(() => {
    const recorded = evidenceTensors(tf, records);
    const profiles = makeProfiles(tf, p, { hops: data.design.hops, declared, evidence: recorded, moments });
    const llms = embedLlms(tf, p, profiles, around);
    const first = <T extends Tensor2D>(of: T): T => tf.slice(of, [0, 0], [numProbes, of.shape[1]]) as T;
    const { places, words, tasks } = around.located;
    const probes = { places: first(places), words: first(words), tasks: first(tasks) };
    const near = nearness(tf, probes, around.located);
    const behaviour = tf.add(tf.matMul(probes.tasks, llms.tasks, false, true), tf.matMul(near, llms.anchors));
    const out: Partial<Record<TableName, Tensor>> = {
      'embedding/llm': tf.transpose(behaviour),
      'embedding/shared': tf.reshape(tf.matMul(near, llms.shared), [-1]),
      'embedding/family': profiles.hops.at(-1)!.family,
      'embedding/domain': profiles.hops.at(-1)!.domain,
      'embedding/task': profiles.task,
      'record/llm': tf.add(profiles.record, tf.transpose(around.shift)),
      'record/task': llms.tasks,
      'task/keys': taskKeys(tf, p, profiles),
      'task/offset': recorded.offset,
      'anchor/places': places,
      'anchor/words': words,
      'anchor/tasks': tasks,
      'anchor/messages': llms.anchors,
      'anchor/messages/all': tf.reshape(llms.shared, [-1]),
    };
    // What comes of the last hop is heard by none.
    profiles.hops.slice(0, -1).forEach((states, hop) => {
      out[`hop${hop}/state/family`] = states.family;
      out[`hop${hop}/state/task`] = states.task;
    });
    return out;
  });
  const frozen: Partial<Record<TableName, Weights[string]>> = {};
  for (const [name, tensor] of Object.entries(tensors) as [TableName, Tensor][])
    frozen[name] = { shape: tensor.shape, data: new Float32Array(await tensor.data()) };
  const location =
    weights['semantic/basis']!.shape[0]! + weights['style/scale']!.shape[0]! + around.located.words.shape[1];
  frozen['embedding/kind'] = { shape: [0, location], data: new Float32Array(0) };
  frozen['anchor/scores'] = { shape: [anchors.length, data.numLlms], data: anchorScores(logged, anchors) };
  const { names: benchmarks, usual: usualScores, match } = data.benchmarks;
  frozen['benchmark/usual'] = { shape: [benchmarks.length], data: usualScores };
  frozen['benchmark/match'] = { shape: [benchmarks.length, data.numTasks], data: match.data };
  frozen['level/usual'] = { shape: [2], data: Float32Array.of(usual, strength) };
  frozen['level/declared'] = { shape: [1], data: Float32Array.of(declaredGain) };
  frozen['record/count'] = { shape: [data.numLlms, 1], data: records.count };
  frozen['record/task_count'] = { shape: [data.numLlms, data.numTasks], data: records.taskCount };
  frozen['task/mask'] = { shape: [data.numTasks], data: taskMask(data, records) };
  const tables: Weights = { ...weights, ...(frozen as Weights) };
  for (const set of [p, declared, moments, tensors, around.located]) tf.dispose(Object.values(set) as Tensor[]);
  tf.dispose([around.messages, around.shift]);
  return {
    names: {
      router: LEARNED_ROUTER,
      encoder,
      hops: data.design.hops,
      llms: data.llms,
      families: rows.families.slice(0, data.graph.sizes.family).map((f) => f.id),
      tasks: data.tasks,
      domains: rows.domains.slice(0, data.graph.sizes.domain).map((d) => d.id),
      kinds: [],
      benchmarks: [...benchmarks],
      anchors: Array.from(anchors, (q) => rows.queries.hashOf(q)),
    },
    tables,
  };
}
