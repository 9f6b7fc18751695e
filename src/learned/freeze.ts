import type { Rng } from '../base/rng.js';
import type { SnapshotRows } from '../graph/rows.js';
import { isCurrent, type Dataset } from '../dataset/dataset.js';
import type { Weights } from '../math/weights.js';
import { benchmarkMeans } from './profile.js';
import { taskKeys, weighMessages } from './decoder.js';
import { LEARNED_ROUTER } from './name.js';
import type { TableName } from './tables.js';
import type { TrainedModel } from '../artifact/model.js';
import type { TensorFlow, Tensor } from '../tensor/types.js';
import { declaredTensors, taskMask, toTensors } from './train/batch.js';
import { gatherEvidence, gatherNeighbourhood } from './train/evidence.js';
import { createEvidenceCache, type EvidenceCache } from './train/evidence-cache.js';
import { profilesOf } from './train/step.js';

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
  cache?: EvidenceCache | undefined;
}

/** Makes the tables that serving reads. */
export async function freezeModel(
  tf: TensorFlow,
  { data, rows, weights, evidence, encoder, rng, cache = createEvidenceCache(tf, data) }: ModelToFreeze,
): Promise<TrainedModel> {
  const p = toTensors(tf, weights);
  const declared = declaredTensors(tf, data);
  const located = { data, weights, p, queries: evidence };
  const sums = gatherEvidence({ ...located, cache });
  const { records } = sums;
  const { anchors, folds } = gatherNeighbourhood(tf, { ...located, folds: [], rng });
  const around = folds[0]!;
  const moments = cache.moments(weights, p, evidence);
  const tensors: Partial<Record<TableName, Tensor>> = tf.tidy(() => {
    const profiles = profilesOf(tf, p, { data, declared, evidence: sums, moments });
    const weighed = weighMessages(tf, p, profiles, around);
    const out: Partial<Record<TableName, Tensor>> = {
      'embedding/llm': profiles.llm,
      'embedding/task': profiles.task,
      'record/llm': profiles.record,
      'record/task': profiles.taskRecord,
      'task/keys': taskKeys(tf, p, profiles),
      'task/offset': profiles.taskOffset,
      'task/benchmark': benchmarkMeans(tf, declared.benchmarks, declared.benchmarkKnown),
      'message/llm': tf.transpose(weighed.message.llm),
      'message/all': tf.reshape(weighed.message.all, [-1]),
      'anchor/places': around.places,
      'anchor/tasks': around.tasks,
      'anchor/messages': weighed.anchors.llm,
      'anchor/messages/all': tf.reshape(weighed.anchors.all, [-1]),
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
  frozen['anchor/scores'] = { shape: [anchors.length, data.numLlms], data: anchorScores(data, anchors) };
  frozen['record/count'] = { shape: [data.numLlms, 1], data: records.count };
  frozen['record/task_count'] = { shape: [data.numLlms, data.numTasks], data: records.taskCount };
  frozen['task/mask'] = { shape: [data.numTasks], data: taskMask(data, records) };
  const tables: Weights = { ...weights, ...(frozen as Weights) };
  for (const set of [p, declared, moments, tensors]) tf.dispose(Object.values(set) as Tensor[]);
  around.messages.dispose();
  return {
    names: {
      router: LEARNED_ROUTER,
      encoder,
      hops: data.design.hops,
      llms: data.llms,
      families: rows.families.slice(0, data.graph.sizes.family).map((f) => f.id),
      tasks: data.tasks,
      anchors: Array.from(anchors, (q) => rows.queries.hashOf(q)),
    },
    tables,
  };
}
