import type { Rng } from '../base/rng.js';
import type { Dataset } from '../profile/structured/dataset.js';
import { makeProfiles, queryStates, type Declared, type Evidenced, type ParameterTensors, type Profiles, type QueryMoments } from '../profile/structured/profile.js';
import { forgetLlm } from '../profile/structured/records.js';
import { expectedByRecord, residualsOf } from '../profile/structured/residuals.js';
import { semanticStates } from '../profile/structured/semantics.js';
import { decode, type Anchors } from '../router/graph/decoder.js';
import type { TensorFlow } from '../tensor/backend.js';
import type { Scalar, Tensor1D, Tensor2D } from '../tensor/types.js';
import { dropoutMask, evidenceTensors, gatherPreferences, gatherQueries, taskMask, type QueryBatch } from './batch.js';
import type { GnnOptions } from './gnn.js';
import { withoutBatch, type Knowledge } from './knowledge.js';
import { crossEntropy, preferenceLoss, taskLoss } from './loss.js';

/** Most comparisons in one step. */
const MAX_COMPARISONS = 2048;

/** Moments of the support queries' states; see {@link QueryMoments}. */
export function queryMoments(tf: TensorFlow, states: Tensor2D, support: QueryBatch): QueryMoments {
  const summed = (m: Tensor2D): Tensor2D => tf.matMul(tf.transpose(m), states);
  return {
    scored: summed(tf.mul(support.scores, support.known)),
    answered: summed(support.known),
    answers: tf.transpose(tf.sum(support.known, 0, true)),
    task: summed(support.tasks),
    members: tf.transpose(tf.sum(support.tasks, 0, true)),
  };
}

/** A random subset of `pool` of at most `size`. */
export function sample(rng: Rng, pool: Int32Array, size: number): Int32Array {
  if (pool.length <= size) return pool;
  const copy = pool.slice();
  for (let i = 0; i < size; i++) {
    const j = i + rng.int(copy.length - i);
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy.subarray(0, size);
}

/** What of a dataset stays the same from step to step. */
export interface StepContext {
  data: Dataset;
  declared: Declared;
  /** Tables of the semantic space. */
  space: ParameterTensors;
  all: Knowledge;
  options: GnnOptions;
}

/** What there is to predict a batch of queries from, drawn by chance and with an LLM forgotten now and then. */
export interface StepDraw {
  target: Int32Array;
  support: Int32Array;
  /** What is known without the target queries, and of an LLM that is forgotten nothing. */
  knowledge: Knowledge;
  forgotten: number;
}

/** @param order queries to learn from, of which `[from, from + size)` are predicted from the others */
export function drawStep(tf: TensorFlow, { data, space, all, options }: StepContext, order: Int32Array, from: number, size: number, rng: Rng): StepDraw {
  const target = order.slice(from, from + size);
  const others = new Int32Array(order.length - target.length);
  others.set(order.subarray(0, from));
  others.set(order.subarray(from + target.length), from);
  const support = sample(rng, others.length > 0 ? others : target, options.support);
  const forgotten = data.numLlms > 1 && rng.next() < options.forget ? rng.int(data.numLlms) : -1;
  const knowledge = withoutBatch(tf, data, space, all, target);
  if (forgotten >= 0) forgetLlm(data, knowledge.records, forgotten);
  return { target, support, knowledge, forgotten };
}

/** The side of a step that is predicted, or that is learned from, as tensors. */
interface Side {
  batch: QueryBatch;
  /** Encoded queries with some entries dropped, and which entries of their states are. */
  features: Tensor2D;
  stateMask: Tensor2D;
  semantic: Tensor2D;
}

/** A step's inputs, none of which depends on a weight. */
export interface StepTensors {
  target: Side;
  support: Side;
  residuals: Tensor2D;
  evidence: Evidenced;
  taskMask: Tensor1D;
  comparisons: ReturnType<typeof gatherPreferences>;
}

/** @param rng what dropout is drawn by; null for none */
export function stepTensors(tf: TensorFlow, { data, space, options }: StepContext, { target, support, knowledge, forgotten }: StepDraw, rng: Rng | null): StepTensors {
  const side = (queries: Int32Array, without: number): Side => {
    const batch = gatherQueries(tf, data, queries, without);
    const mask = (cols: number, rate: number): Tensor2D => (rng === null ? tf.ones([queries.length, cols]) : dropoutMask(tf, rng, queries.length, cols, rate));
    return {
      batch,
      features: tf.mul(batch.features, mask(data.dim, options.featureDropout)),
      stateMask: mask(options.hidden, options.stateDropout),
      semantic: semanticStates(tf, space, data.semantic, batch.features),
    };
  };
  const expected = expectedByRecord(data, knowledge.records);
  return {
    target: side(target, -1),
    support: side(support, forgotten),
    residuals: tf.tensor2d(residualsOf(data, support, expected, forgotten), [support.length, data.numLlms]),
    evidence: evidenceTensors(tf, data, knowledge, expected, forgotten),
    taskMask: tf.tensor1d(taskMask(data, knowledge.records)),
    comparisons: gatherPreferences(tf, data, target, MAX_COMPARISONS),
  };
}

/** Predicts a step's target queries. */
export function predictStep(tf: TensorFlow, p: ParameterTensors, { data, declared }: StepContext, { target, support, residuals, evidence, taskMask: mask }: StepTensors): { logits: Tensor2D; taskLogits: Tensor2D } {
  const states = ({ features, stateMask }: Side): Tensor2D => tf.mul(queryStates(tf, p, features), stateMask);
  const anchors = { states: states(support), semantic: support.semantic, residuals };
  const profiles = makeProfiles(tf, p, data.design.hops, declared, evidence, queryMoments(tf, anchors.states, support.batch));
  return decode(tf, p, { states: states(target), semantic: target.semantic }, profiles, mask, anchors);
}

/** How badly they are predicted: cross-entropy of scores, and of tasks, and Bradley–Terry loss of comparisons. */
export function stepLoss(tf: TensorFlow, p: ParameterTensors, context: StepContext, tensors: StepTensors): Scalar {
  const { data, options } = context;
  const { batch } = tensors.target;
  const { logits, taskLogits } = predictStep(tf, p, context, tensors);
  const weight = tf.add(tf.mul(batch.measured, 1 - options.standInWeight), tf.mul(batch.known, options.standInWeight)) as Tensor2D;
  let loss = crossEntropy(tf, logits, batch.scores, weight);
  if (data.numTasks > 1) loss = tf.add(loss, tf.mul(taskLoss(tf, taskLogits, batch.tasks), options.taskWeight));
  if (tensors.comparisons !== null) {
    const { query, better, worse } = tensors.comparisons;
    loss = tf.add(loss, tf.mul(preferenceLoss(tf, logits, query, better, worse), options.preferenceWeight));
  }
  return loss;
}

/** Logged queries as anchors, with what all of `knowledge` says. */
export function anchorsOf(tf: TensorFlow, data: Dataset, p: ParameterTensors, queries: Int32Array, expected: Float32Array): Anchors {
  const { features } = gatherQueries(tf, data, queries);
  return {
    states: queryStates(tf, p, features),
    semantic: semanticStates(tf, p, data.semantic, features),
    residuals: tf.tensor2d(residualsOf(data, queries, expected), [queries.length, data.numLlms]),
  };
}

/** Profiles that know the evidence of `knowledge`. */
export function profilesOf(tf: TensorFlow, data: Dataset, p: ParameterTensors, declared: Declared, knowledge: Knowledge, moments: QueryMoments): Profiles {
  return makeProfiles(tf, p, data.design.hops, declared, evidenceTensors(tf, data, knowledge, expectedByRecord(data, knowledge.records)), moments);
}
