import type { Tensor, Tensor1D, Tensor2D, TensorFlow } from '../tensor/types.js';
import { TASK_PRIOR_RANGE, TASK_STRENGTH } from './constants.js';
import type { HopTable, TableName } from './tables.js';
import { messagePassing, type MessageMatrices, type NodeStates } from './messages.js';

/** Weights as tensors, by the names of their tables. */
export type ParameterTensors = Readonly<Partial<Record<TableName, Tensor>>>;

/** Constant inputs: declared facts, encoded descriptions, adjacency. */
export interface Declared {
  llmFacts: Tensor2D;
  familyText: Tensor2D;
  taskText: Tensor2D;
  domainText: Tensor2D;
  llmFamily: Tensor2D;
  familyLlm: Tensor2D;
  taskDomain: Tensor2D;
  domainTask: Tensor2D;
  /** How much better than by all its benchmarks an LLM is at each task by those that tell `[numLlms, numTasks]`. */
  declaredAt: Tensor2D;
}

/** What logged scores say of LLMs by themselves: interactions being predicted are not among them. */
export interface Evidenced {
  /** Expected score by its own answers alone `[numLlms, 1]`; see `Levels`. */
  level: Tensor2D;
  /** 1 for an LLM that has no answers `[numLlms, 1]`. */
  unasked: Tensor2D;
  /** How much better or worse than LLMs at large each task goes `[1, numTasks]`. */
  offset: Tensor2D;
  /** Sum and number of scores per LLM and task `[numLlms, numTasks]`. */
  taskSum: Tensor2D;
  taskCount: Tensor2D;
}

/** Sums of query states over logged queries. */
export type QueryMoments = {
  /** Σ score · z and Σ z over the LLM's answered queries `[numLlms, hidden]`, and how many `[numLlms, 1]`. */
  scored: Tensor2D;
  answered: Tensor2D;
  answers: Tensor2D;
  /** Σ z over each task's queries `[numTasks, hidden]`, and how many `[numTasks, 1]`. */
  task: Tensor2D;
  members: Tensor2D;
};

/** Profiles as the router reads them. */
export interface Profiles {
  /** `[numTasks, hidden]` */
  task: Tensor2D;
  /** Mean state of each task's queries `[numTasks, hidden]`. */
  taskQueries: Tensor2D;
  /** Expected score of each LLM over all queries `[numLlms, 1]`, and per task `[numLlms, numTasks]`. */
  record: Tensor2D;
  taskRecord: Tensor2D;
  /** States after each hop, first hop 0: what a newcomer hears from. */
  hops: NodeStates[];
}

/** First states of all nodes but queries, from what is declared of them. */
function initialStates(tf: TensorFlow, p: ParameterTensors, declared: Declared): NodeStates {
  const embed = (text: Tensor2D, kernel: 'family/kernel' | 'task/kernel' | 'domain/kernel'): Tensor2D =>
    text.shape[0] === 0
      ? tf.zeros([0, (p[kernel] as Tensor2D).shape[1]])
      : tf.tanh(tf.matMul(text, p[kernel] as Tensor2D));
  return {
    llm: tf.tanh(tf.add(tf.matMul(declared.llmFacts, p['llm/kernel'] as Tensor2D), p['llm/bias'] as Tensor1D)),
    family: embed(declared.familyText, 'family/kernel'),
    task: embed(declared.taskText, 'task/kernel'),
    domain: embed(declared.domainText, 'domain/kernel'),
  };
}

/** What encoded queries, of unit length, are scaled by before the first layer: weights stay small and learn fast. */
export const QUERY_GAIN = 7.35;

/** First state of encoded queries `[n, dim]` → `[n, hidden]`: swish({@link QUERY_GAIN}·x·W + b). */
export function queryStates(tf: TensorFlow, p: ParameterTensors, encoded: Tensor2D): Tensor2D {
  const z = tf.add(
    tf.mul(tf.matMul(encoded, p['query/kernel'] as Tensor2D), QUERY_GAIN),
    p['query/bias'] as Tensor1D,
  ) as Tensor2D;
  return tf.mul(z, tf.sigmoid(z));
}

/** Divides each row by how many of its entries are set (at least 1). */
function meanRows(tf: TensorFlow, weights: Tensor2D, known: Tensor2D): Tensor2D {
  return tf.div(weights, tf.maximum(tf.sum(known, 1, true), 1));
}

/** What profiles are made of. */
export interface ProfileInput {
  hops: number;
  declared: Declared;
  evidence: Evidenced;
  moments: QueryMoments;
}

/**
 * Makes every LLM's profile by `hops` rounds of message passing over the snapshot. With `hops` 0 (flat) a profile is
 * the LLM's own facts and record alone. What is declared of an LLM, and of those like it, is its level where nothing is
 * logged of it. Else it is not: how facts make levels was learned from the LLM's own answers, too, which would count
 * twice.
 */
export function makeProfiles(
  tf: TensorFlow,
  p: ParameterTensors,
  { hops, declared, evidence, moments }: ProfileInput,
): Profiles {
  const { level, unasked, offset, taskSum, taskCount } = evidence;
  const perTask = (prior: Tensor): Tensor2D =>
    tf.div(tf.add(taskSum, tf.mul(prior, TASK_STRENGTH)), tf.add(taskCount, TASK_STRENGTH)) as Tensor2D;
  const matrices: MessageMatrices = {
    llmFamily: declared.llmFamily,
    familyLlm: declared.familyLlm,
    taskDomain: declared.taskDomain,
    domainTask: declared.domainTask,
    // What an LLM is better or worse at than its own mean: without any record of a task its weight is 0.
    llmTask: meanRows(tf, tf.mul(tf.sub(perTask(level), level), 4), tf.sign(taskCount)),
    llmBenchmark: meanRows(tf, tf.mul(declared.declaredAt, 4), tf.abs(tf.sign(declared.declaredAt))),
  };
  const sums = {
    llmQueries: tf.div(
      tf.mul(tf.sub(moments.scored, tf.mul(moments.answered, level)), 4),
      tf.add(moments.answers, 1),
    ) as Tensor2D,
    taskQueries: tf.div(moments.task, tf.add(moments.members, 1)) as Tensor2D,
  };
  const states = [initialStates(tf, p, declared)];
  for (let hop = 0; hop < hops; hop++) {
    const parameters = (name: HopTable): Tensor2D => p[`hop${hop}/${name}`] as Tensor2D;
    states.push(messagePassing(tf, { parameters, states: states[hop]!, sums, matrices }));
  }
  const last = states[hops]!;
  const record = tf.add(level, tf.mul(tf.matMul(last.llm, p['prior/kernel'] as Tensor2D), unasked)) as Tensor2D;
  return {
    task: last.task,
    taskQueries: sums.taskQueries,
    record,
    taskRecord: perTask(tf.add(tf.add(record, offset), declaredAdvantage(tf, p, declared, last))),
    hops: states,
  };
}

/**
 * How much better than its mean an LLM should be at each task by what is declared of both `[numLlms, numTasks]`;
 * nothing where there is a single task, on which its mean is what it is.
 */
function declaredAdvantage(
  tf: TensorFlow,
  p: ParameterTensors,
  { declaredAt }: Declared,
  states: NodeStates,
): Tensor2D {
  const numTasks = states.task.shape[0];
  if (numTasks === 1) return tf.zeros([states.llm.shape[0], 1]);
  const matched = tf.matMul(
    tf.matMul(states.llm, p['task_prior/llm/kernel'] as Tensor2D),
    tf.transpose(tf.matMul(states.task, p['task_prior/task/kernel'] as Tensor2D)),
  );
  return tf.add(tf.mul(tf.tanh(matched), TASK_PRIOR_RANGE), tf.mul(declaredAt, p['task_prior/benchmark']!));
}
