import { nearness } from './neighbourhood.js';
import { unitRows } from './semantics.js';
import type { ParameterTensors } from './profile.js';
import type { TensorFlow, Tensor1D, Tensor2D } from '../tensor/types.js';
import { FEATURES, LOGIT_MARGIN } from './constants.js';

/** Queries as the decoder sees them. */
export interface ProjectedQueries {
  /** Learned states `[n, hidden]`. */
  states: Tensor2D;
  /** Where they lie by meaning `[n, axes]`. */
  semantic: Tensor2D;
  /** Where they lie among logged queries `[n, size]`; see `neighbourCoordinates`. */
  places: Tensor2D;
}

/** Logged queries that tell the ones around them what the LLMs' record doesn't. */
export interface Anchors {
  /** `[numAnchors, size]`, `[numAnchors, numTasks]`; see `neighbourhood.ts`. */
  places: Tensor2D;
  tasks: Tensor2D;
  /** Of each LLM beside the others, and of them all `[numAnchors, numLlms + 1]`; see `fitMessages`. */
  messages: Tensor2D;
}

/** What the decoder reads of profiles; it doesn't know how they were made. */
export interface DecoderProfiles {
  task: Tensor2D;
  taskQueries: Tensor2D;
  record: Tensor2D;
  taskRecord: Tensor2D;
  /** What an LLM is better or worse at, by meaning, than its record says `[numLlms, axes]`. */
  message: Tensor2D;
  /** 1 for LLMs with logged answers, 0 for others `[numLlms, 1]`. */
  answered: Tensor2D;
}

/** What the decoder reads. */
export interface DecoderInput {
  queries: ProjectedQueries;
  profiles: DecoderProfiles;
  /** `[numTasks]`, 0 for tasks that may be attended to, a large negative number for others */
  taskMask: Tensor1D;
  anchors: Anchors;
}

function logit(tf: TensorFlow, p: Tensor2D): Tensor2D {
  const q = tf.clipByValue(p, LOGIT_MARGIN, 1 - LOGIT_MARGIN);
  return tf.log(tf.div(q, tf.sub(1, q)));
}

/** Keys of tasks by their own states and by those of their queries `[numTasks, hidden]`. */
export function taskKeys(
  tf: TensorFlow,
  p: ParameterTensors,
  profiles: Pick<DecoderProfiles, 'task' | 'taskQueries'>,
): Tensor2D {
  const own = tf.matMul(profiles.task, p['task_key/kernel'] as Tensor2D);
  return unitRows(
    tf,
    tf.add(tf.add(own, tf.matMul(profiles.taskQueries, p['task_key/queries/kernel'] as Tensor2D)), p['task_key/bias']!),
  );
}

/**
 * What meaning and neighbours tell of LLMs: messages by axis `[axes, numLlms]` and by anchor `[numAnchors, numLlms]`.
 * Shared messages (how hard the query is) get one learned weight; messages about a single LLM, which are mostly chance
 * where LLMs are alike, get another. An LLM without answers gets the shared messages alone. They also stand by
 * themselves, for LLMs that come later `[axes, 1]`, `[numAnchors, 1]`.
 */
export function weighMessages(
  tf: TensorFlow,
  p: ParameterTensors,
  { message, answered }: Pick<DecoderProfiles, 'message' | 'answered'>,
  { messages }: Pick<Anchors, 'messages'>,
): Record<'message' | 'anchors', { all: Tensor2D; llm: Tensor2D }> {
  const weigh = (common: Tensor2D, own: Tensor2D, name: 'message' | 'neighbours'): { all: Tensor2D; llm: Tensor2D } => {
    const all = tf.mul(common, p[`head/${name}/common`]!) as Tensor2D;
    return { all, llm: tf.add(all, tf.mul(tf.mul(own, tf.transpose(answered)), p[`head/${name}/own`]!)) };
  };
  const usual = tf.div(tf.sum(tf.mul(message, answered), 0, true), tf.maximum(tf.sum(answered), 1)) as Tensor2D;
  const [own, common] = tf.split(messages, [message.shape[0], 1], 1) as [Tensor2D, Tensor2D];
  return {
    message: weigh(tf.transpose(usual), tf.transpose(tf.sub(message, usual)), 'message'),
    anchors: weigh(common, own, 'neighbours'),
  };
}

/**
 * Predicts the score of every LLM on every query q, from its record on the tasks that q may be of (softmax attention π)
 * and from what answers to other queries said beyond that record, which reaches q in two ways: along the axes of
 * meaning φ, over all tasks, and from logged queries a near it, k(q, a), of the same task:
 *
 *     s = π(q)·record + φ(q)·message + Σ_a k(q, a) message_a
 *
 * with messages as {@link weighMessages} has them. A small head calibrates it. Messages are of residuals, not of
 * scores: what the task explains can't be learned twice.
 *
 * @returns logits `[numQueries, numLlms]`; and the tasks' `[numQueries, numTasks]`
 */
export function decode(
  tf: TensorFlow,
  p: ParameterTensors,
  { queries, profiles, taskMask, anchors }: DecoderInput,
): { logits: Tensor2D; taskLogits: Tensor2D } {
  const taskQueries = unitRows(
    tf,
    tf.add(tf.matMul(queries.states, p['task_query/kernel'] as Tensor2D), p['task_query/bias']!),
  );
  const agreement = tf.mul(
    tf.matMul(taskQueries, taskKeys(tf, p, profiles), false, true),
    tf.exp(p['task_temperature']!),
  );
  const taskLogits = tf.add(agreement, taskMask) as Tensor2D;
  const tasks = tf.softmax(taskLogits) as Tensor2D;
  const byTask = tf.matMul(tasks, profiles.taskRecord, false, true) as Tensor2D;

  const weighed = weighMessages(tf, p, profiles, anchors);
  const byMeaning = tf.matMul(queries.semantic, weighed.message.llm);
  const byNeighbours = tf.matMul(nearness(tf, queries.places, tasks, anchors), weighed.anchors.llm);
  const expected = tf.add(tf.add(byTask, byMeaning), byNeighbours) as Tensor2D;

  const ones = tf.onesLike(byTask);
  const features = [
    logit(tf, expected),
    logit(tf, byTask),
    tf.sub(expected, tf.max(expected, 1, true)),
    tf.mul(ones, tf.mean(expected, 1, true)),
    tf.mul(ones, tf.transpose(logit(tf, profiles.record))),
  ] as Tensor2D[];
  const [numQueries, numLlms] = byTask.shape;
  const flat = tf
    .concat(
      features.map((f) => tf.reshape(f, [numQueries * numLlms, 1])),
      1,
    )
    .reshape([numQueries * numLlms, FEATURES]) as Tensor2D;
  const hidden = tf.tanh(
    tf.add(tf.matMul(flat, p['head/hidden/kernel'] as Tensor2D), p['head/hidden/bias']!),
  ) as Tensor2D;
  const correction = tf.reshape(tf.add(tf.matMul(hidden, p['head/out/kernel'] as Tensor2D), p['head/out/bias']!), [
    numQueries,
    numLlms,
  ]);
  return { logits: tf.add(tf.mul(features[0]!, p['head/scale']!), correction), taskLogits };
}
