import type { Rng } from '../../base/rng.js';
import { readVectors, type Dataset } from '../../dataset/dataset.js';
import { makeProfiles, queryStates, type Declared, type Evidenced, type ParameterTensors } from '../profile.js';
import { forgetLlm, withoutQueries, type RecordSums } from '../../dataset/records.js';
import type { Located, Spread } from '../neighbourhood.js';
import { placesOfLogged, type Space } from '../space.js';
import { decode, type Anchors } from '../decoder.js';
import type { TensorFlow, Scalar, Tensor, Tensor1D, Tensor2D } from '../../tensor/types.js';
import { evidenceTensors, gatherPreferences, gatherQueries, taskMask, type QueryBatch } from './batch.js';
import { createDropout, type Dropout } from './dropout.js';
import { preferenceLoss, squaredError, taskLoss } from './loss.js';
import { queryMoments } from './moments.js';
import type { GnnOptions } from './options.js';
import { sampleOthers } from '../../math/sample.js';

/** Most comparisons in one step. */
const MAX_COMPARISONS = 2048;

/** What of a dataset stays the same from step to step. */
export interface StepContext {
  data: Dataset;
  declared: Declared;
  space: Space;
  /** What the answers to all training queries say. */
  records: RecordSums;
  /** See `chooseSpread`. */
  spread: Spread;
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
  /** The LLMs' records without the target queries; that of an LLM that is forgotten is empty. */
  records: RecordSums;
  forgotten: number;
}

/** Queries to learn from, of which `target`, all in one fold, are predicted from the others. */
export interface StepQueries {
  train: Int32Array;
  target: Int32Array;
  fold: number;
  rng: Rng;
}

export function drawStep(
  { data, records: all, options }: StepContext,
  { train, target, fold, rng }: StepQueries,
): StepDraw {
  const support = sampleOthers(train, options.support, { without: new Set(target), rng });
  const forgotten = data.numLlms > 1 && rng.next() < options.forget ? rng.int(data.numLlms) : -1;
  const records = withoutQueries(data, all, target);
  if (forgotten >= 0) forgetLlm(data, records, forgotten);
  return { target, fold, support, records, forgotten };
}

/** Queries of a step, some of their features dropped, and which entries of their states are. */
interface Side {
  batch: QueryBatch;
  stateMask: Tensor2D;
}

/** A step's inputs, none of which depends on a weight. */
export interface StepTensors {
  /** And where they lie. */
  target: Side & { places: Omit<Located, 'tasks'> };
  support: Side;
  evidence: Evidenced;
  anchors: Anchors;
  taskMask: Tensor1D;
  comparisons: ReturnType<typeof gatherPreferences>;
}

/** What of queries' features and states is dropped. */
export interface StepDropout {
  features: Dropout;
  states: Dropout;
}

export function stepDropout({ data, options }: Pick<StepContext, 'data' | 'options'>, rng: Rng): StepDropout {
  return {
    features: createDropout(rng, data.dim, options.featureDropout),
    states: createDropout(rng, options.hidden, options.stateDropout),
  };
}

/** @param dropout null for none */
export function stepTensors(
  tf: TensorFlow,
  { data, space, anchors, options }: StepContext,
  { target, fold, support, records, forgotten }: StepDraw,
  dropout: StepDropout | null,
): StepTensors {
  const side = (queries: Int32Array, without: number): Side => {
    const vectors = readVectors(data, queries);
    const leftOut = { forgotten: without, drop: (features: Float32Array) => dropout?.features.drop(features) };
    const batch = gatherQueries(tf, { data, space: space.weights, queries, vectors, leftOut });
    const stateMask = dropout?.states.mask(queries.length) ?? new Float32Array(queries.length * options.hidden).fill(1);
    return { batch, stateMask: tf.tensor2d(stateMask, [queries.length, options.hidden]) };
  };
  return {
    target: {
      ...side(target, -1),
      places: placesOfLogged(tf, data, space, target),
    },
    support: side(support, forgotten),
    evidence: evidenceTensors(tf, records),
    anchors: anchors[fold]!,
    taskMask: tf.tensor1d(taskMask(data, records)),
    comparisons: gatherPreferences(tf, data, target, MAX_COMPARISONS),
  };
}

/** Predicts a step's target queries. */
export function predictStep(
  tf: TensorFlow,
  p: ParameterTensors,
  { data, declared }: StepContext,
  { target, support, evidence, anchors, taskMask: mask }: StepTensors,
): { scores: Tensor2D; taskLogits: Tensor2D } {
  const states = ({ batch, stateMask }: Side): Tensor2D => tf.mul(queryStates(tf, p, batch.features), stateMask);
  const moments = queryMoments(tf, states(support), support.batch);
  const profiles = makeProfiles(tf, p, { hops: data.design.hops, declared, evidence, moments });
  const queries = { states: states(target), places: target.places };
  return decode(tf, p, { queries, profiles, taskMask: mask, anchors });
}

/** All tensors but weights that {@link stepLoss} reads. */
export function inputsOf(tf: TensorFlow, { declared }: StepContext, tensors: StepTensors): Tensor[] {
  return tf.tensor_util.getTensorsInContainer([declared, tensors] as never);
}

/** How badly they are predicted: squared error of scores, cross-entropy of tasks, Bradley–Terry loss of comparisons. */
export function stepLoss(tf: TensorFlow, p: ParameterTensors, context: StepContext, tensors: StepTensors): Scalar {
  const { data, options } = context;
  const { batch } = tensors.target;
  const { scores, taskLogits } = predictStep(tf, p, context, tensors);
  const weight = tf.add(
    tf.mul(batch.measured, 1 - options.standInWeight),
    tf.mul(batch.known, options.standInWeight),
  ) as Tensor2D;
  let loss = squaredError(tf, scores, batch.scores, weight);
  if (data.numTasks > 1) loss = tf.add(loss, tf.mul(taskLoss(tf, taskLogits, batch.tasks), options.taskWeight));
  if (tensors.comparisons !== null) {
    const logits = tf.mul(scores, tf.exp(p['preference/scale']!)) as Tensor2D;
    loss = tf.add(loss, tf.mul(preferenceLoss(tf, logits, tensors.comparisons), options.preferenceWeight));
  }
  return loss;
}
