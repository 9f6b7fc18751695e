import type { Tensor, Tensor1D, Tensor2D } from '../../tensor/types.js';
import type { TensorFlow } from '../../tensor/backend.js';
import { COVERAGE_HALF, FEATURES, LOGIT_MARGIN, NEIGHBOUR_STRENGTH } from './features.js';

/** Logged queries that a query may attend to. */
export interface Anchors {
  /** States `[numAnchors, hidden]`. */
  states: Tensor2D;
  /** Scores `[numAnchors, numLlms]`, 0 where none is logged, and which are logged. */
  scores: Tensor2D;
  known: Tensor2D;
}

/** What the decoder reads of profiles; it doesn't know how they were made. */
export interface DecoderProfiles {
  llm: Tensor2D;
  task: Tensor2D;
  record: Tensor2D;
  taskRecord: Tensor2D;
  benchmark: Tensor2D;
}

/** Rows scaled to unit length. */
export function unitRows(tf: TensorFlow, x: Tensor2D): Tensor2D {
  return tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), 1, true), 1e-6)));
}

function logit(tf: TensorFlow, p: Tensor2D): Tensor2D {
  const q = tf.clipByValue(p, LOGIT_MARGIN, 1 - LOGIT_MARGIN);
  return tf.log(tf.div(q, tf.sub(1, q)));
}

/**
 * Predicts the score of every LLM on every query.
 *
 * A query attends to tasks (which kind of query is it?) and to logged queries (which ones is it like?); the LLMs'
 * scores there, their record and the match of query and profile are put together by a small head.
 *
 * @param queries states `[numQueries, hidden]`
 * @param taskCount logged answers `[numLlms, numTasks]`
 * @param taskMask `[numTasks]`, 0 for tasks that may be attended to, a large negative number for others
 * @returns logits `[numQueries, numLlms]`; and the tasks' `[numQueries, numTasks]`
 */
export function decode(
  tf: TensorFlow,
  p: Record<string, Tensor>,
  queries: Tensor2D,
  profiles: DecoderProfiles,
  taskCount: Tensor2D,
  taskMask: Tensor1D,
  anchors: Anchors,
): { logits: Tensor2D; taskLogits: Tensor2D } {
  const weight = (name: string): Tensor2D => p[name] as Tensor2D;
  const transpose = (x: Tensor2D): Tensor2D => tf.transpose(x);

  const taskKeys = unitRows(tf, tf.matMul(profiles.task, weight('task_key/kernel')));
  const taskQueries = unitRows(tf, tf.matMul(queries, weight('task_query/kernel')));
  const taskLogits = tf.add(tf.mul(tf.matMul(taskQueries, transpose(taskKeys)), tf.exp(p['task_temperature']!)), taskMask) as Tensor2D;
  const tasks = tf.softmax(taskLogits) as Tensor2D;
  const byTask = tf.matMul(tasks, transpose(profiles.taskRecord)) as Tensor2D;
  const byBenchmark = tf.matMul(tasks, transpose(profiles.benchmark));
  const taskCoverage = tf.matMul(tasks, transpose(tf.div(taskCount, tf.add(taskCount, COVERAGE_HALF))));

  const anchorKeys = unitRows(tf, tf.matMul(anchors.states, weight('anchor/kernel')));
  const anchorQueries = unitRows(tf, tf.matMul(queries, weight('anchor/kernel')));
  const attention = tf.softmax(tf.mul(tf.matMul(anchorQueries, transpose(anchorKeys)), tf.exp(p['anchor_temperature']!))) as Tensor2D;
  const coverage = tf.matMul(attention, anchors.known) as Tensor2D;
  const byNeighbours = tf.div(tf.add(tf.matMul(attention, anchors.scores), tf.mul(byTask, NEIGHBOUR_STRENGTH)), tf.add(coverage, NEIGHBOUR_STRENGTH)) as Tensor2D;

  const match = tf.div(
    tf.matMul(tf.matMul(queries, weight('match_query/kernel')), transpose(tf.matMul(profiles.llm, weight('match_llm/kernel')))),
    profiles.llm.shape[1] / 8,
  ) as Tensor2D;

  const ones = tf.onesLike(byTask);
  const evidence = [logit(tf, byTask), logit(tf, byNeighbours), tf.mul(ones, transpose(logit(tf, profiles.record)))] as const;
  const features = [
    ...evidence,
    match,
    tf.sub(byTask, tf.max(byTask, 1, true)),
    tf.sub(byNeighbours, tf.max(byNeighbours, 1, true)),
    tf.mul(ones, tf.mean(byTask, 1, true)),
    tf.sub(byNeighbours, byTask),
    tf.sub(byBenchmark, byTask),
    taskCoverage,
    coverage,
  ] as Tensor2D[];
  const [numQueries, numLlms] = byTask.shape;
  const flat = tf.concat(features.map((f) => tf.reshape(f, [numQueries * numLlms, 1])), 1).reshape([numQueries * numLlms, FEATURES]) as Tensor2D;
  const hidden = tf.tanh(tf.add(tf.matMul(flat, weight('head/hidden/kernel')), p['head/hidden/bias']!)) as Tensor2D;
  const correction = tf.reshape(tf.add(tf.matMul(hidden, weight('head/out/kernel')), p['head/out/bias']!), [numQueries, numLlms]);
  const shares = evidence.map((e, i) => tf.mul(e, tf.slice(p['head/evidence'] as Tensor1D, [i], [1])));
  const logits = [...shares, match, correction].reduce((a, b) => tf.add(a, b)) as Tensor2D;
  return { logits, taskLogits };
}
