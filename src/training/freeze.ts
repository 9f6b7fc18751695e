import type { Tensor, Tensor2D } from '../tensor/types.js';
import type { Rng } from '../base/rng.js';
import type { GraphRows } from '../graph/rows.js';
import type { Dataset } from '../profile/structured/dataset.js';
import type { Weights } from '../profile/structured/parameters.js';
import { makeProfiles, queryStates, type ParameterTensors, type QueryMoments } from '../profile/structured/profile.js';
import { unitRows } from '../router/graph/decoder.js';
import type { TrainedModel } from '../scoring/model.js';
import type { TensorFlow } from '../tensor/backend.js';
import { declaredTensors, gatherQueries, recordTensors, taskMask } from './batch.js';
import { queryMoments, sample } from './gnn.js';
import { sumRecords } from '../profile/structured/records.js';

const CHUNK = 1024;
/** Logged queries that serving attends to: as many as a training step does, and it bounds the cost of a decision. */
export const MAX_ANCHORS = 1024;

/** Adds up the moments of all evidence queries, a chunk at a time; the caller disposes them. */
function allMoments(tf: TensorFlow, data: Dataset, p: ParameterTensors, queries: Int32Array): QueryMoments {
  let total: QueryMoments | null = null;
  for (let from = 0; from < queries.length; from += CHUNK) {
    const next: QueryMoments = tf.tidy(() => {
      const chunk = gatherQueries(tf, data, queries.subarray(from, from + CHUNK));
      const moments = queryMoments(tf, queryStates(tf, p, chunk.features), chunk);
      if (total === null) return moments;
      const before: QueryMoments = total;
      return Object.fromEntries(Object.entries(moments).map(([k, v]) => [k, tf.add(v, before[k as keyof QueryMoments])])) as QueryMoments;
    });
    if (total !== null) for (const t of Object.values(total as QueryMoments)) t.dispose();
    total = next;
  }
  return total!;
}

/** `[numAnchors, numLlms]`, NaN where not logged. */
function anchorScores(data: Dataset, anchors: Int32Array): Float32Array {
  const scores = new Float32Array(anchors.length * data.numLlms).fill(NaN);
  const { start, llm, score } = data.evidence;
  anchors.forEach((q, a) => {
    for (let e = start[q]!; e < start[q + 1]!; e++) scores[a * data.numLlms + llm[e]!] = score[e]!;
  });
  return scores;
}

/** Makes the tables that serving reads, with all of `evidence` as what the profiles know. */
export async function freezeModel(tf: TensorFlow, data: Dataset, rows: GraphRows, weights: Weights, evidence: Int32Array, encoder: string, rng: Rng): Promise<TrainedModel> {
  const p: ParameterTensors = Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, tf.tensor(w.data, w.shape)]));
  const declared = declaredTensors(tf, data);
  const sums = sumRecords(data, evidence);
  const anchors = sample(rng, evidence, MAX_ANCHORS).toSorted();
  const moments = allMoments(tf, data, p, evidence);
  const tensors: Record<string, Tensor> = tf.tidy(() => {
    const profiles = makeProfiles(tf, p, data.design.hops, declared, recordTensors(tf, data, sums), moments);
    const anchorBatch = gatherQueries(tf, data, anchors);
    const out: Record<string, Tensor> = {
      'embedding/llm': profiles.llm,
      'embedding/task': profiles.task,
      'record/llm': profiles.record,
      'record/task': profiles.taskRecord,
      'record/benchmark': profiles.benchmark,
      'anchor/keys': unitRows(tf, tf.matMul(queryStates(tf, p, anchorBatch.features), p['anchor/kernel'] as Tensor2D)),
    };
    profiles.hops.forEach((states, hop) => {
      out[`hop${hop}/state/family`] = states.family;
      out[`hop${hop}/state/task`] = states.task;
    });
    return out;
  });
  const tables: Weights = { ...weights };
  for (const [name, tensor] of Object.entries(tensors)) tables[name] = { shape: tensor.shape, data: new Float32Array(await tensor.data()) };
  tables['anchor/scores'] = { shape: [anchors.length, data.numLlms], data: anchorScores(data, anchors) };
  tables['record/count'] = { shape: [data.numLlms, 1], data: sums.count };
  tables['record/task_count'] = { shape: [data.numLlms, data.numTasks], data: sums.taskCount };
  tables['record/task_mask'] = { shape: [data.numTasks], data: taskMask(data, sums) };
  for (const set of [p, declared, moments, tensors]) for (const tensor of Object.values(set) as Tensor[]) tensor.dispose();
  return {
    names: {
      encoder,
      hops: data.design.hops,
      llms: data.llms,
      families: rows.families.slice(0, data.graph.sizes.family).map((f) => f.id),
      tasks: data.tasks,
      anchors: Array.from(anchors, (q) => rows.queries[q]!.hash),
    },
    tables,
  };
}
