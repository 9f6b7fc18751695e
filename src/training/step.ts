import type { Rng } from '../base/rng.js';
import type { Dataset } from '../profile/structured/dataset.js';
import { makeProfiles, queryStates, type Declared, type Evidenced, type ParameterTensors, type Profiles, type QueryMoments } from '../profile/structured/profile.js';
import type { Weights } from '../profile/structured/parameters.js';
import { forgetLlm } from '../profile/structured/records.js';
import { expectedByRecord } from '../profile/structured/residuals.js';
import { neighbourPlaces } from '../profile/structured/neighbourhood.js';
import { semanticStates } from '../profile/structured/semantics.js';
import { decode, type Anchors } from '../router/graph/decoder.js';
import type { TensorFlow } from '../tensor/backend.js';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '../tensor/types.js';
import { dropOut, evidenceTensors, gatherPreferences, gatherQueries, taskMask, type QueryBatch } from './batch.js';
import type { GnnOptions } from './gnn.js';
import { encodedTensor, withoutBatch, type Knowledge } from './knowledge.js';
import { sampleOthers } from './sample.js';
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

/** What of a dataset stays the same from step to step. */
export interface StepContext {
  data: Dataset;
  declared: Declared;
  /** Tables of the queries' space, and as tensors. */
  space: Weights;
  spaceTensors: ParameterTensors;
  all: Knowledge;
  /** What anchors tell each fold of the training queries, fitted without it. */
  anchors: readonly Anchors[];
  options: GnnOptions;
}

/** What there is to predict a batch of queries from, drawn by chance and with an LLM forgotten now and then. */
export interface StepDraw {
  target: Int32Array;
  /** Fold that all target queries are of. */
  fold: number;
  support: Int32Array;
  /** What is known without the target queries, and of an LLM that is forgotten nothing. */
  knowledge: Knowledge;
  forgotten: number;
}

/** @param train queries to learn from, of which `target`, all in one fold, are predicted from the others */
export function drawStep(tf: TensorFlow, { data, spaceTensors, all, options }: StepContext, train: Int32Array, target: Int32Array, fold: number, rng: Rng): StepDraw {
  const support = sampleOthers(rng, train, options.support, new Set(target));
  const forgotten = data.numLlms > 1 && rng.next() < options.forget ? rng.int(data.numLlms) : -1;
  const knowledge = withoutBatch(tf, data, spaceTensors, all, target);
  if (forgotten >= 0) forgetLlm(data, knowledge.records, forgotten);
  return { target, fold, support, knowledge, forgotten };
}

/** Queries of a step, some of their features dropped, and which entries of their states are. */
interface Side {
  batch: QueryBatch;
  stateMask: Tensor2D;
}

/** A step's inputs, none of which depends on a weight. */
export interface StepTensors {
  target: Side & { semantic: Tensor2D; places: Tensor2D };
  support: Side;
  evidence: Evidenced;
  anchors: Anchors;
  taskMask: Tensor1D;
  comparisons: ReturnType<typeof gatherPreferences>;
}

/** @param rng what dropout is drawn by; null for none */
export function stepTensors(tf: TensorFlow, { data, space, spaceTensors, anchors, options }: StepContext, { target, fold, support, knowledge, forgotten }: StepDraw, rng: Rng | null): StepTensors {
  const side = (queries: Int32Array, without: number): Side => {
    const drop = (values: Float32Array, cols: number, rate: number): Float32Array => (rng === null ? values : dropOut(rng, values, cols, rate));
    const batch = gatherQueries(tf, data, space, queries, { forgotten: without, drop: (features, cols) => void drop(features, cols, options.featureDropout) });
    const stateMask = drop(new Float32Array(queries.length * options.hidden).fill(1), options.hidden, options.stateDropout);
    return { batch, stateMask: tf.tensor2d(stateMask, [queries.length, options.hidden]) };
  };
  const predicted = side(target, -1);
  const semantic = semanticStates(tf, spaceTensors, data.semantic, encodedTensor(tf, data, target));
  return {
    target: { ...predicted, semantic, places: neighbourPlaces(tf, space, data, target, semantic) },
    support: side(support, forgotten),
    evidence: evidenceTensors(tf, data, knowledge, expectedByRecord(data, knowledge.records), forgotten),
    anchors: anchors[fold]!,
    taskMask: tf.tensor1d(taskMask(data, knowledge.records)),
    comparisons: gatherPreferences(tf, data, target, MAX_COMPARISONS),
  };
}

/** Predicts a step's target queries. */
export function predictStep(tf: TensorFlow, p: ParameterTensors, { data, declared }: StepContext, { target, support, evidence, anchors, taskMask: mask }: StepTensors): { logits: Tensor2D; taskLogits: Tensor2D } {
  const states = ({ batch, stateMask }: Side): Tensor2D => tf.mul(queryStates(tf, p, batch.features), stateMask);
  const profiles = makeProfiles(tf, p, data.design.hops, declared, evidence, queryMoments(tf, states(support), support.batch));
  return decode(tf, p, { states: states(target), semantic: target.semantic, places: target.places }, profiles, mask, anchors);
}

/** All tensors but weights that {@link stepLoss} reads. */
export function inputsOf(tf: TensorFlow, { declared }: StepContext, tensors: StepTensors): Tensor[] {
  return tf.tensor_util.getTensorsInContainer([declared, tensors] as never);
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

/** Profiles that know the evidence of `knowledge`. */
export function profilesOf(tf: TensorFlow, data: Dataset, p: ParameterTensors, declared: Declared, knowledge: Knowledge, moments: QueryMoments): Profiles {
  return makeProfiles(tf, p, data.design.hops, declared, evidenceTensors(tf, data, knowledge, expectedByRecord(data, knowledge.records)), moments);
}
