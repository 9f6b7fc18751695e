import { unitRows } from '../../profile/structured/semantics.js';
import type { TensorFlow } from '../../tensor/backend.js';
import type { Tensor, Tensor1D, Tensor2D } from '../../tensor/types.js';
import { FEATURES, LOGIT_MARGIN } from './features.js';

/** Queries as the decoder sees them: learned states `[n, hidden]`, and where they lie by meaning `[n, axes]`. */
export interface QueryPlaces {
  states: Tensor2D;
  semantic: Tensor2D;
}

/** Logged queries that a query may attend to. */
export interface Anchors extends QueryPlaces {
  /** What each LLM's score said beyond its record `[numAnchors, numLlms]`, 0 where none is logged. */
  residuals: Tensor2D;
}

/** What the decoder reads of profiles; it doesn't know how they were made. */
export interface DecoderProfiles {
  task: Tensor2D;
  taskQueries: Tensor2D;
  record: Tensor2D;
  taskRecord: Tensor2D;
  /** Message of meaning per LLM: what it is better or worse at than its record says `[numLlms, axes]`. */
  message: Tensor2D;
}

function logit(tf: TensorFlow, p: Tensor2D): Tensor2D {
  const q = tf.clipByValue(p, LOGIT_MARGIN, 1 - LOGIT_MARGIN);
  return tf.log(tf.div(q, tf.sub(1, q)));
}

/** x·W + b, of unit length. */
export function keysOf(tf: TensorFlow, p: Record<string, Tensor>, name: string, states: Tensor2D): Tensor2D {
  return unitRows(tf, tf.add(tf.matMul(states, p[`${name}/kernel`] as Tensor2D), p[`${name}/bias`]!));
}

/** Keys of tasks by their own states and by those of their queries `[numTasks, hidden]`. */
export function taskKeys(tf: TensorFlow, p: Record<string, Tensor>, profiles: Pick<DecoderProfiles, 'task' | 'taskQueries'>): Tensor2D {
  const own = tf.matMul(profiles.task, p['task_key/kernel'] as Tensor2D);
  return unitRows(tf, tf.add(tf.add(own, tf.matMul(profiles.taskQueries, p['task_key/queries/kernel'] as Tensor2D)), p['task_key/bias']!));
}

/**
 * Predicts the score of every LLM on every query q, from its record on the tasks that q may be of (softmax attention π)
 * and from what answers to other queries said beyond that record (residuals r), which reaches q in three ways: over
 * logged queries by learned attention α and by attention to meaning β, and along the axes of meaning φ:
 *
 *     s = π(q)·record + a₁ α(q)·r + a₂ β(q)·r + a₃ φ(q)·message
 *
 * A small head calibrates it. Residuals rather than scores: what the task explains already can't be learned twice.
 *
 * @param taskMask `[numTasks]`, 0 for tasks that may be attended to, a large negative number for others
 * @returns logits `[numQueries, numLlms]`; and the tasks' `[numQueries, numTasks]`
 */
export function decode(tf: TensorFlow, p: Record<string, Tensor>, queries: QueryPlaces, profiles: DecoderProfiles, taskMask: Tensor1D, anchors: Anchors): { logits: Tensor2D; taskLogits: Tensor2D } {
  const attend = (query: Tensor2D, keys: Tensor2D, temperature: string): Tensor2D => tf.mul(tf.matMul(query, tf.transpose(keys)), tf.exp(p[temperature]!));
  const taskLogits = tf.add(attend(keysOf(tf, p, 'task_query', queries.states), taskKeys(tf, p, profiles), 'task_temperature'), taskMask) as Tensor2D;
  const byTask = tf.matMul(tf.softmax(taskLogits) as Tensor2D, tf.transpose(profiles.taskRecord)) as Tensor2D;

  const learned = tf.softmax(attend(keysOf(tf, p, 'anchor', queries.states), keysOf(tf, p, 'anchor', anchors.states), 'anchor_temperature')) as Tensor2D;
  const meant = tf.softmax(attend(unitRows(tf, queries.semantic), unitRows(tf, anchors.semantic), 'semantic_temperature')) as Tensor2D;
  const [learnedShare, meantShare] = tf.split(p['head/neighbours'] as Tensor1D, 2) as [Tensor1D, Tensor1D];
  const neighbours = tf.matMul(tf.add(tf.mul(learned, learnedShare), tf.mul(meant, meantShare)) as Tensor2D, anchors.residuals);
  const message = tf.mul(tf.matMul(queries.semantic, tf.transpose(profiles.message)), p['head/message']!);
  const expected = tf.add(tf.add(byTask, neighbours), message) as Tensor2D;

  const ones = tf.onesLike(byTask);
  const features = [
    logit(tf, expected),
    logit(tf, byTask),
    tf.sub(expected, tf.max(expected, 1, true)),
    tf.mul(ones, tf.mean(expected, 1, true)),
    tf.mul(ones, tf.transpose(logit(tf, profiles.record))),
  ] as Tensor2D[];
  const [numQueries, numLlms] = byTask.shape;
  const flat = tf.concat(features.map((f) => tf.reshape(f, [numQueries * numLlms, 1])), 1).reshape([numQueries * numLlms, FEATURES]) as Tensor2D;
  const hidden = tf.tanh(tf.add(tf.matMul(flat, p['head/hidden/kernel'] as Tensor2D), p['head/hidden/bias']!)) as Tensor2D;
  const correction = tf.reshape(tf.add(tf.matMul(hidden, p['head/out/kernel'] as Tensor2D), p['head/out/bias']!), [numQueries, numLlms]);
  return { logits: tf.add(tf.mul(features[0]!, p['head/scale']!), correction), taskLogits };
}
