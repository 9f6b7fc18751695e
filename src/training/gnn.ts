import type { Scalar, Tensor1D, Tensor2D } from '../tensor/types.js';
import { PointsmanError } from '../base/errors.js';
import type { Rng } from '../base/rng.js';
import type { Dataset } from '../profile/structured/dataset.js';
import { initialWeights, type ModelShape, type Weights } from '../profile/structured/parameters.js';
import { makeProfiles, queryStates, type Declared, type ParameterTensors, type QueryMoments } from '../profile/structured/profile.js';
import { decode } from '../router/graph/decoder.js';
import type { TensorFlow } from '../tensor/backend.js';
import { declaredTensors, dropoutMask, gatherPreferences, gatherQueries, recordTensors, taskMask, type QueryBatch } from './batch.js';
import type { CheckpointStore } from './checkpoint.js';
import { crossEntropy, preferenceLoss, routingLoss, taskLoss } from './loss.js';
import { createOptimizer, type Optimizer } from './optimizer.js';
import { forgetLlm, sumRecords, withoutQueries, type RecordSums } from '../profile/structured/records.js';

export interface GnnOptions {
  hidden: number;
  keys: number;
  batch: number;
  /** Logged queries that messages come from in one step. */
  support: number;
  epochs: number;
  /** No more steps than this, however large the log. */
  maxSteps: number;
  learningRate: number;
  decay: number;
  featureDropout: number;
  stateDropout: number;
  /** Share of steps in which one LLM's every interaction is forgotten. */
  forget: number;
  taskWeight: number;
  preferenceWeight: number;
  /** How much a score that stands in for comparisons counts in the cross-entropy. */
  standInWeight: number;
  /** Epochs without a better validation loss before training stops. */
  patience: number;
}

export const GNN_DEFAULTS: GnnOptions = {
  hidden: 64,
  keys: 16,
  batch: 256,
  support: 1024,
  epochs: 30,
  maxSteps: 3000,
  learningRate: 3e-3,
  decay: 0.3,
  featureDropout: 0.3,
  stateDropout: 0.3,
  forget: 0.25,
  taskWeight: 0.5,
  preferenceWeight: 1,
  standInWeight: 0.2,
  patience: 8,
};

/** Most comparisons in one step. */
const MAX_COMPARISONS = 2048;

export function modelShape(data: Dataset, options: GnnOptions): ModelShape {
  return { dim: data.dim, facts: data.llmFacts.cols, hidden: options.hidden, keys: options.keys, hops: data.design.hops };
}

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

interface StepInputs {
  target: QueryBatch;
  support: QueryBatch;
  sums: RecordSums;
  featureMask: Tensor2D | null;
  targetMask: Tensor2D | null;
  supportMask: Tensor2D | null;
}

/** Predicts the target queries from declared facts and from the support queries' evidence. */
export function forward(tf: TensorFlow, p: ParameterTensors, data: Dataset, declared: Declared, inputs: StepInputs): { logits: Tensor2D; taskLogits: Tensor2D } {
  const { target, support, sums, featureMask, targetMask, supportMask } = inputs;
  const drop = (x: Tensor2D, mask: Tensor2D | null): Tensor2D => (mask === null ? x : tf.mul(x, mask));
  const targetStates = drop(queryStates(tf, p, drop(target.features, featureMask)), targetMask);
  const supportStates = drop(queryStates(tf, p, drop(support.features, featureMask)), supportMask);
  const record = recordTensors(tf, data, sums);
  const profiles = makeProfiles(tf, p, data.design.hops, declared, record, queryMoments(tf, supportStates, support));
  const mask = tf.tensor1d(taskMask(data, sums)) as Tensor1D;
  return decode(tf, p, targetStates, profiles, record.taskCount, mask, { states: supportStates, scores: tf.mul(support.scores, support.known), known: support.known });
}

function rate(options: GnnOptions, step: number, steps: number): number {
  const warm = Math.max(1, Math.round(0.1 * steps));
  return options.learningRate * (step < warm ? (step + 1) / warm : 0.5 * (1 + Math.cos((Math.PI * (step - warm)) / Math.max(1, steps - warm))));
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

export interface EpochReport {
  epoch: number;
  epochs: number;
  step: number;
  steps: number;
  trainingLoss: number;
  validationLoss: number;
}

export interface GnnResult {
  weights: Weights;
  epochs: number;
  bestEpoch: number;
  validationLoss: number;
}

/**
 * Trains profiles and router together on held-out edges: in each step the scores of a batch of queries are predicted
 * from messages of other queries alone. Stops early on the loss of the validation queries; answers the best weights.
 *
 * @param train indices of queries that may be learned from; none of `validation` is among them
 * @param checkpoints where the run is saved between epochs, and taken up from when one is there
 * @throws PointsmanError `training_diverged` when a loss is not finite
 */
export async function trainGnn(
  tf: TensorFlow,
  data: Dataset,
  train: Int32Array,
  validation: Int32Array,
  options: GnnOptions,
  rng: Rng,
  onEpoch: (report: EpochReport) => void = () => undefined,
  checkpoints?: CheckpointStore,
): Promise<GnnResult> {
  const batch = Math.max(1, Math.min(options.batch, Math.ceil(train.length / 4)));
  const perEpoch = Math.max(1, Math.floor(train.length / batch));
  // Small logs get more epochs, so that every run takes a few hundred steps at least; large ones fewer.
  const wanted = Math.min(options.maxSteps, Math.max(options.epochs * perEpoch, 300));
  const epochs = Math.max(1, Math.round(wanted / perEpoch));
  const steps = epochs * perEpoch;
  const all = sumRecords(data, train);
  const declared = declaredTensors(tf, data);
  const optimizer = createOptimizer(tf, initialWeights(modelShape(data, options), rng.fork('weights')), options.decay);
  const best: GnnResult = { weights: await optimizer.weights(), epochs: 0, bestEpoch: -1, validationLoss: Infinity };
  const saved = checkpoints?.load() ?? null;
  if (saved !== null) {
    optimizer.restore(saved.optimizer);
    Object.assign(best, { weights: saved.best.weights, epochs: saved.epoch, bestEpoch: saved.best.epoch, validationLoss: saved.best.validationLoss });
  }
  try {
    let step = best.epochs * perEpoch;
    for (let epoch = best.epochs; epoch < epochs; epoch++) {
      // Each epoch draws by itself, so that one taken up from a checkpoint draws the same.
      const draw = rng.fork(`epoch ${epoch}`);
      const order = draw.shuffle(train.slice());
      let total = 0;
      for (let b = 0; b < perEpoch; b++, step++) {
        const loss = trainStep(tf, data, declared, optimizer, order, b * batch, batch, all, options, draw, rate(options, step, steps));
        if (!Number.isFinite(loss)) throw new PointsmanError('training_diverged', `The loss of step ${step} is ${loss}; a lower learning rate or another seed may help`);
        total += loss;
        // Lets progress messages and signals through.
        await new Promise((resume) => setImmediate(resume));
      }
      const validationLoss = validation.length === 0 ? total / perEpoch : evaluateLoss(tf, data, declared, optimizer.variables, train, validation, all, rng.fork('validation'));
      best.epochs = epoch + 1;
      if (validationLoss < best.validationLoss) Object.assign(best, { validationLoss, bestEpoch: epoch, weights: await optimizer.weights() });
      onEpoch({ epoch, epochs, step, steps, trainingLoss: total / perEpoch, validationLoss });
      await checkpoints?.save(async () => ({ epoch: epoch + 1, optimizer: await optimizer.state(), best: { weights: best.weights, epoch: best.bestEpoch, validationLoss: best.validationLoss } }));
      if (epoch - best.bestEpoch >= Math.max(options.patience, epochs * 0.2)) break;
    }
    return best;
  } finally {
    optimizer.dispose();
    for (const tensor of Object.values(declared)) tensor.dispose();
  }
}

function trainStep(
  tf: TensorFlow,
  data: Dataset,
  declared: Declared,
  optimizer: Optimizer,
  order: Int32Array,
  from: number,
  size: number,
  all: RecordSums,
  options: GnnOptions,
  draw: Rng,
  learningRate: number,
): number {
  const target = order.slice(from, from + size);
  const others = new Int32Array(order.length - target.length);
  others.set(order.subarray(0, from));
  others.set(order.subarray(from + target.length), from);
  const support = sample(draw, others.length > 0 ? others : target, options.support);
  const forgotten = data.numLlms > 1 && draw.next() < options.forget ? draw.int(data.numLlms) : -1;
  const sums = withoutQueries(data, all, target);
  if (forgotten >= 0) forgetLlm(data, sums, forgotten);
  return tf.tidy(() => {
    const targetBatch = gatherQueries(tf, data, target);
    const supportBatch = gatherQueries(tf, data, support, forgotten);
    const inputs: StepInputs = {
      target: targetBatch,
      support: supportBatch,
      sums,
      featureMask: dropoutMask(tf, draw, 1, data.dim, options.featureDropout),
      targetMask: dropoutMask(tf, draw, target.length, options.hidden, options.stateDropout),
      supportMask: dropoutMask(tf, draw, support.length, options.hidden, options.stateDropout),
    };
    const comparisons = gatherPreferences(tf, data, target, MAX_COMPARISONS);
    return optimizer.step(() => totalLoss(tf, optimizer.variables, data, declared, inputs, comparisons, options), learningRate);
  });
}

function totalLoss(tf: TensorFlow, p: ParameterTensors, data: Dataset, declared: Declared, inputs: StepInputs, comparisons: ReturnType<typeof gatherPreferences>, options: GnnOptions): Scalar {
  const { logits, taskLogits } = forward(tf, p, data, declared, inputs);
  const { target } = inputs;
  const weight = tf.add(tf.mul(target.measured, 1 - options.standInWeight), tf.mul(target.known, options.standInWeight)) as Tensor2D;
  let loss = crossEntropy(tf, logits, target.scores, weight);
  if (data.numTasks > 1) loss = tf.add(loss, tf.mul(taskLoss(tf, taskLogits, target.tasks), options.taskWeight));
  if (comparisons !== null) loss = tf.add(loss, tf.mul(preferenceLoss(tf, logits, comparisons.query, comparisons.better, comparisons.worse), options.preferenceWeight));
  return loss;
}

/**
 * How badly validation queries are routed with all training queries' evidence: regret where scores were measured, and
 * the loss of comparisons. What routing loses says more about when to stop than the cross-entropy, which is lowest
 * long before routing is best.
 */
function evaluateLoss(tf: TensorFlow, data: Dataset, declared: Declared, p: ParameterTensors, train: Int32Array, validation: Int32Array, all: RecordSums, rng: Rng): number {
  const chosen = sample(rng, validation, 2048);
  const support = sample(rng, train, 2048);
  const value = tf.tidy(() => {
    const inputs: StepInputs = { target: gatherQueries(tf, data, chosen), support: gatherQueries(tf, data, support), sums: all, featureMask: null, targetMask: null, supportMask: null };
    const { logits } = forward(tf, p, data, declared, inputs);
    const comparisons = gatherPreferences(tf, data, chosen, MAX_COMPARISONS);
    const regret = routingLoss(tf, logits, inputs.target.scores, inputs.target.measured);
    const compared = comparisons === null ? tf.scalar(0) : preferenceLoss(tf, logits, comparisons.query, comparisons.better, comparisons.worse);
    return tf.add(regret, compared).dataSync()[0]!;
  });
  if (!Number.isFinite(value)) throw new PointsmanError('training_diverged', `The validation loss is ${value}`);
  return value;
}
