import type { Tensor2D, TensorFlow } from '../../tensor/types.js';
import type { Matrix } from '../../math/matrix.js';
import type { Dataset } from '../../dataset/dataset.js';
import { levelsOf } from '../levels.js';
import type { Declared, Evidenced, ParameterTensors } from '../profile.js';
import type { Weights } from '../../math/weights.js';
import type { RecordSums } from '../../dataset/records.js';
import { stylePart, writeFeatures } from '../style.js';

export function toTensor(tf: TensorFlow, m: Matrix): Tensor2D {
  return tf.tensor2d(m.data, [m.rows, m.cols]);
}

/** Weights by name as tensors; the caller disposes them. */
export function toTensors(tf: TensorFlow, weights: Weights): ParameterTensors {
  return Object.fromEntries(Object.entries(weights).map(([name, { shape, data }]) => [name, tf.tensor(data, shape)]));
}

/** The constant inputs of a dataset as tensors; the caller disposes them. */
export function declaredTensors(tf: TensorFlow, data: Dataset): Declared {
  const columnMeans = (m: Tensor2D): Tensor2D =>
    tf.tidy(
      () => tf.div(tf.transpose(tf.sign(m)), tf.maximum(tf.transpose(tf.sum(tf.sign(m), 0, true)), 1)) as Tensor2D,
    );
  const llmFamily = toTensor(tf, data.llmFamily);
  const taskDomain = toTensor(tf, data.taskDomain);
  return {
    llmFacts: toTensor(tf, data.llmFacts),
    familyText: toTensor(tf, data.familyText),
    taskText: toTensor(tf, data.taskText),
    domainText: toTensor(tf, data.domainText),
    llmFamily,
    familyLlm: columnMeans(llmFamily),
    taskDomain,
    domainTask: columnMeans(taskDomain),
    declaredAt: toTensor(tf, data.declaredAt),
  };
}

/** What logged scores say of LLMs by themselves, as tensors. */
export function evidenceTensors(tf: TensorFlow, records: RecordSums): Evidenced {
  const { level, offset } = levelsOf(records);
  const column: [number, number] = [level.length, 1];
  const table: [number, number] = [level.length, offset.length];
  return {
    level: tf.tensor2d(level, column),
    unasked: tf.tensor2d(
      records.count.map((n) => Number(n === 0)),
      column,
    ),
    offset: tf.tensor2d(offset, [1, offset.length]),
    taskSum: tf.tensor2d(records.taskSum, table),
    taskCount: tf.tensor2d(records.taskCount, table),
  };
}

/** Some queries, dense: features, scores of every LLM, which are known, tasks. */
export interface QueryBatch {
  size: number;
  /** As the first layer reads them `[size, dim]`. */
  features: Tensor2D;
  /**
   * `[size, numLlms]`: scores (0 where unknown); how far they count (0 where unknown); the same of those that were
   * measured.
   */
  scores: Tensor2D;
  known: Tensor2D;
  measured: Tensor2D;
  /** `[size, numTasks]`: 1 at the query's task; all 0 where unknown. */
  tasks: Tensor2D;
}

/** What of a batch is left out: the scores of an LLM that is forgotten, and features by chance. */
export interface LeftOut {
  forgotten: number;
  /** Applied to the features as they are gathered: as tensors of their own, masks would cost as much as the step. */
  drop(features: Float32Array): void;
}

/** Queries to gather: which they are, how they were encoded, and the space that their features are scaled by. */
export interface QueriesToGather {
  data: Dataset;
  /** Tables of the query space; see `querySpace`. */
  space: Weights;
  queries: ArrayLike<number>;
  /** `[queries.length]`, each `[dim]` */
  vectors: readonly Float32Array[];
  leftOut?: LeftOut;
}

/** Gathers queries as dense tensors. */
export function gatherQueries(
  tf: TensorFlow,
  {
    data,
    space,
    queries,
    vectors,
    leftOut: { forgotten, drop } = { forgotten: -1, drop: () => undefined },
  }: QueriesToGather,
): QueryBatch {
  const size = queries.length;
  const { numLlms, numTasks, dim } = data;
  const features = new Float32Array(size * dim);
  const scores = new Float32Array(size * numLlms);
  const known = new Float32Array(size * numLlms);
  const measured = new Float32Array(size * numLlms);
  const tasks = new Float32Array(size * numTasks);
  const { start, llm, score, measured: isMeasured, weight } = data.evidence;
  const style = stylePart(data.style, space);
  for (let i = 0; i < size; i++) {
    const q = queries[i]!;
    writeFeatures(vectors[i]!, style, features, i * dim);
    if (data.taskOf[q]! >= 0) tasks[i * numTasks + data.taskOf[q]!] = 1;
    for (let e = start[q]!; e < start[q + 1]!; e++) {
      const l = llm[e]!;
      if (l === forgotten) continue;
      scores[i * numLlms + l] = score[e]!;
      known[i * numLlms + l] = weight[e]!;
      measured[i * numLlms + l] = weight[e]! * isMeasured[e]!;
    }
  }
  drop(features);
  return {
    size,
    features: tf.tensor2d(features, [size, dim]),
    scores: tf.tensor2d(scores, [size, numLlms]),
    known: tf.tensor2d(known, [size, numLlms]),
    measured: tf.tensor2d(measured, [size, numLlms]),
    tasks: tf.tensor2d(tasks, [size, numTasks]),
  };
}

/**
 * The comparisons of some queries as one-hot matrices, and how far they count `[n, 1]`; null where there are none. At
 * most `limit`, spread evenly; then rows of zeros up to a power of two, since steps are compiled for each shape.
 */
export function gatherPreferences(
  tf: TensorFlow,
  data: Dataset,
  queries: ArrayLike<number>,
  limit: number,
): Record<'query' | 'better' | 'worse' | 'weight', Tensor2D> | null {
  const rows: [row: number, preference: number][] = [];
  for (let i = 0; i < queries.length; i++) {
    for (let e = data.preferenceStart[queries[i]!]!; e < data.preferenceStart[queries[i]! + 1]!; e++) rows.push([i, e]);
  }
  if (rows.length === 0) return null;
  const size = Math.min(limit, rows.length);
  const padded = 2 ** Math.ceil(Math.log2(size));
  const query = new Float32Array(padded * queries.length);
  const better = new Float32Array(padded * data.numLlms);
  const worse = new Float32Array(padded * data.numLlms);
  const weight = new Float32Array(padded);
  for (let r = 0; r < size; r++) {
    const [row, e] = rows[Math.floor((r * rows.length) / size)]!;
    query[r * queries.length + row] = 1;
    weight[r] = data.preferences.weight?.[e] ?? 1;
    better[r * data.numLlms + data.preferences.better[e]!] = 1;
    worse[r * data.numLlms + data.preferences.worse[e]!] = 1;
  }
  return {
    query: tf.tensor2d(query, [padded, queries.length]),
    better: tf.tensor2d(better, [padded, data.numLlms]),
    worse: tf.tensor2d(worse, [padded, data.numLlms]),
    weight: tf.tensor2d(weight, [padded, 1]),
  };
}

/** 0 for tasks with logged answers, a large negative number for others `[numTasks]`; all 0 if none has any. */
export function taskMask(data: Dataset, sums: RecordSums): Float32Array {
  const mask = new Float32Array(data.numTasks);
  for (let l = 0; l < data.numLlms; l++)
    for (let t = 0; t < data.numTasks; t++) if (sums.taskCount[l * data.numTasks + t]! > 0) mask[t] = 1;
  const any = mask.some((m) => m === 1);
  return mask.map((m) => (m === 1 || !any ? 0 : -1e4));
}
