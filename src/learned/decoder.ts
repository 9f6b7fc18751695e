import { nearness, type Located, type Messages } from './neighbourhood.js';
import { unitRows } from './semantics.js';
import type { ParameterTensors, Profiles } from './profile.js';
import type { TensorFlow, Tensor1D, Tensor2D } from '../tensor/types.js';

/** Queries as the decoder sees them. */
export interface ProjectedQueries {
  /** Learned states `[n, hidden]`. */
  states: Tensor2D;
  /** Where they lie among logged queries; see `placesOf`. */
  places: Omit<Located, 'tasks'>;
}

/** Logged queries that tell the ones around them what the LLMs' record doesn't. */
export type Anchors = Messages & { located: Located };

/** What the decoder reads of profiles; it doesn't know how they were made. */
export type DecoderProfiles = Pick<Profiles, 'task' | 'taskQueries' | 'taskRecord'>;

/** What the decoder reads. */
export interface DecoderInput {
  queries: ProjectedQueries;
  profiles: DecoderProfiles;
  /** `[numTasks]`, 0 for tasks that may be attended to, a large negative number for others */
  taskMask: Tensor1D;
  anchors: Anchors;
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

/** An LLM's embedding, of which a query's is the other factor. */
export interface LlmEmbeddings {
  /** Expected score per task `[numLlms, numTasks]`. */
  tasks: Tensor2D;
  /** What each anchor tells queries near it of each LLM `[numAnchors, numLlms]`. */
  anchors: Tensor2D;
  /** The same of an LLM without answers: what is so of all `[numAnchors, 1]`. */
  shared: Tensor2D;
}

/** The embeddings of LLMs; what anchors tell of all LLMs and of one is weighed by a learned number each. */
export function embedLlms(
  tf: TensorFlow,
  p: ParameterTensors,
  { taskRecord }: Pick<DecoderProfiles, 'taskRecord'>,
  { messages, shift }: Messages,
): LlmEmbeddings {
  const numLlms = taskRecord.shape[0];
  const [own, common] = tf.split(messages, [numLlms, 1], 1) as [Tensor2D, Tensor2D];
  const shared = tf.mul(common, p['gain/shared']!) as Tensor2D;
  return {
    tasks: tf.add(taskRecord, tf.transpose(shift)),
    anchors: tf.add(tf.mul(own, p['gain/own']!), shared),
    shared,
  };
}

/**
 * Predicts the score of every LLM m on every query q: the inner product of the query's embedding, which is how likely
 * it is of each task (softmax attention π) and how near to each anchor a, and of the LLM's:
 *
 *     s = Σ_t π_t(q) · task_tm + Σ_a k(q, a) · anchor_am
 *
 * @returns scores `[numQueries, numLlms]` in the units of `ScoreScale`; and the tasks' logits `[numQueries, numTasks]`
 */
export function decode(
  tf: TensorFlow,
  p: ParameterTensors,
  { queries, profiles, taskMask, anchors }: DecoderInput,
): { scores: Tensor2D; taskLogits: Tensor2D } {
  const taskQueries = unitRows(
    tf,
    tf.add(tf.matMul(queries.states, p['task_query/kernel'] as Tensor2D), p['task_query/bias']!),
  );
  const agreement = tf.mul(
    tf.matMul(taskQueries, taskKeys(tf, p, profiles), false, true),
    tf.exp(p['task_temperature']!),
  );
  const taskLogits = tf.add(agreement, taskMask) as Tensor2D;
  // A single task is certain: what is asked of it has no gradient.
  const tasks = (taskMask.shape[0] === 1 ? tf.onesLike(taskLogits) : tf.softmax(taskLogits)) as Tensor2D;
  const llms = embedLlms(tf, p, profiles, anchors);
  const near = nearness(tf, { ...queries.places, tasks }, anchors.located);
  const scores = tf.add(tf.matMul(tasks, llms.tasks, false, true), tf.matMul(near, llms.anchors)) as Tensor2D;
  return { scores, taskLogits };
}
