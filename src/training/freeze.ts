import type { Rng } from '../base/rng.js';
import type { GraphRows } from '../graph/rows.js';
import { readVectors, type Dataset } from '../profile/structured/dataset.js';
import type { Weights } from '../profile/structured/parameters.js';
import { benchmarkMeans, queryStates, type ParameterTensors, type QueryMoments } from '../profile/structured/profile.js';
import { taskKeys, weighMessages } from '../router/graph/decoder.js';
import { LEARNED_ROUTER, type TrainedModel } from '../scoring/model.js';
import type { TensorFlow } from '../tensor/backend.js';
import type { Tensor } from '../tensor/types.js';
import { declaredTensors, gatherQueries, taskMask } from './batch.js';
import { toTensors } from './gnn.js';
import { gatherKnowledge, gatherNeighbourhood } from './knowledge.js';
import { profilesOf, queryMoments } from './step.js';

const CHUNK = 1024;

/** Adds up the moments of all evidence queries, a chunk at a time; the caller disposes them. */
function allMoments(tf: TensorFlow, data: Dataset, weights: Weights, p: ParameterTensors, queries: Int32Array): QueryMoments {
  let total: QueryMoments | null = null;
  for (let from = 0; from < queries.length; from += CHUNK) {
    const next: QueryMoments = tf.tidy(() => {
      const some = queries.subarray(from, from + CHUNK);
      const chunk = gatherQueries(tf, data, weights, some, readVectors(data, some));
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
  const p = toTensors(tf, weights);
  const declared = declaredTensors(tf, data);
  const knowledge = gatherKnowledge(tf, data, p, evidence);
  const { records } = knowledge;
  const { anchors, folds } = gatherNeighbourhood(tf, data, weights, p, evidence, [], rng);
  const around = folds[0]!;
  const moments = allMoments(tf, data, weights, p, evidence);
  const tensors: Record<string, Tensor> = tf.tidy(() => {
    const profiles = profilesOf(tf, data, p, declared, knowledge, moments);
    const told = weighMessages(tf, p, profiles, around);
    const out: Record<string, Tensor> = {
      'embedding/llm': profiles.llm,
      'embedding/task': profiles.task,
      'record/llm': profiles.record,
      'record/task': profiles.taskRecord,
      'task/keys': taskKeys(tf, p, profiles),
      'task/offset': profiles.taskOffset,
      'task/benchmark': benchmarkMeans(tf, declared.benchmarks, declared.benchmarkKnown),
      'message/llm': tf.transpose(told.message.llm),
      'message/all': tf.reshape(told.message.all, [-1]),
      'anchor/places': around.places,
      'anchor/tasks': around.tasks,
      'anchor/messages': told.anchors.llm,
      'anchor/messages/all': tf.reshape(told.anchors.all, [-1]),
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
  tables['record/count'] = { shape: [data.numLlms, 1], data: records.count };
  tables['record/task_count'] = { shape: [data.numLlms, data.numTasks], data: records.taskCount };
  tables['task/mask'] = { shape: [data.numTasks], data: taskMask(data, records) };
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
