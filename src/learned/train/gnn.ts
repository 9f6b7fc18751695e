import { PointsmanError } from '../../base/errors.js';
import type { Rng } from '../../base/rng.js';
import type { Dataset } from '../../dataset/dataset.js';
import { sample } from '../../math/sample.js';
import { sumRecords } from '../../dataset/records.js';
import { fitCalibration, type Foretold } from '../calibration.js';
import { initialWeights, parameterTable } from '../parameters.js';
import type { Weights } from '../../math/weights.js';
import { splitFolds, spreadIn, spreadTable } from '../neighbourhood.js';
import { scalesIn, scaleTable, scoreScales, standardised } from '../scale.js';
import { querySpace } from '../space.js';
import { SPACE_TABLES } from '../space-tables.js';
import type { TensorFlow } from '../../tensor/types.js';
import { declaredTensors, toTensors } from './batch.js';
import type { CheckpointStore } from './checkpoint.js';
import { chooseSpread, openNeighbourhood, tellNeighbours } from './neighbourhood.js';
import { modelShape, type GnnOptions } from './options.js';
import { createOptimizer } from '../../tensor/optimizer.js';
import { dampedSteps } from '../../tensor/steps.js';
import { drawStep, inputsOf, predictStep, stepDropout, stepLoss, stepTensors, type StepContext } from './step.js';

/** Share of the learning rate that training goes on with from weights that are learned. */
const CONTINUED_RATE = 1 / 3;

const pick = (weights: Weights, names: readonly string[]): Weights =>
  Object.fromEntries(names.map((name) => [name, weights[name]!]));

/** Beyond so many steps they grow with the square root of the log: it is much alike. */
const ALL_STEPS = 300;

/** Steps of a run from nothing on so many batches. Without tasks there are none to infer, which takes the most. */
function stepsFor({ numTasks }: Dataset, batches: number, options: GnnOptions): number {
  if (numTasks <= 1) return Math.min(options.minSteps, options.maxSteps);
  const all = options.epochs * batches;
  return Math.min(options.maxSteps, Math.max(dampedSteps(all, ALL_STEPS), options.minSteps));
}

/** Whether training on `queries` from nothing takes so long that it pays to go on from `start`, and its weights fit. */
export function canContinue(data: Dataset, queries: number, options: GnnOptions, start: Weights): boolean {
  const fits = Object.entries(parameterTable(modelShape(data, options))).every(
    ([name, { shape }]) => shape.join() === start[name]?.shape.join(),
  );
  return (
    fits && stepsFor(data, Math.floor(queries / options.batch), options) > CONTINUING_PAYS * options.continuedSteps
  );
}

function rate(peak: number, step: number, steps: number): number {
  const warm = Math.max(1, Math.round(0.1 * steps));
  return (
    peak *
    (step < warm ? (step + 1) / warm : 0.5 * (1 + Math.cos((Math.PI * (step - warm)) / Math.max(1, steps - warm))))
  );
}

/** Going on is worth it where it takes this many times fewer steps. */
const CONTINUING_PAYS = 2.5;
/** A run is reported on, and saved, at least so often. */
const LEAST_EPOCHS = 10;

/** Most queries of a fold that expected scores are put right by. */
const FORETOLD = 1_024;

/** Folds of training queries that are told what the others' answers said. */
const FOLDS = 4;

/** Batches of one fold each, all in random order; what is left of a fold comes another epoch. */
function batchesOf(folds: readonly Int32Array[], size: number, rng: Rng): { fold: number; target: Int32Array }[] {
  const batches = folds.flatMap((queries, fold) => {
    const order = rng.shuffle(queries.slice());
    return Array.from({ length: Math.floor(order.length / size) }, (_, b) => ({
      fold,
      target: order.slice(b * size, (b + 1) * size),
    }));
  });
  return rng.shuffle(batches);
}

export interface EpochReport {
  epoch: number;
  epochs: number;
  step: number;
  steps: number;
  loss: number;
}

export interface GnnResult {
  /** What was learned, and the tables of the scale and the query space that it goes with. */
  weights: Weights;
  epochs: number;
  /** Mean of the last epoch. */
  loss: number;
}

export interface StepsInput {
  /** In the units of its scores' scale; see {@link standardised}. */
  data: Dataset;
  /** Queries that may be learned from, and the folds that they are split into. */
  train: Int32Array;
  folds: readonly Int32Array[];
  options: GnnOptions;
  rng: Rng;
  /** Weights to go on from, whose query space is kept. */
  start?: Weights | undefined;
}

/** Queries and those whose answers nobody scored: they tell what is asked, too. */
function withUnanswered({ evidence: { start }, numQueries }: Dataset, queries: Int32Array): Int32Array {
  const unanswered = Int32Array.from({ length: numQueries }, (_, q) => q).filter((q) => start[q + 1] === start[q]);
  return unanswered.length === 0 ? queries : Int32Array.from([...queries, ...unanswered]).toSorted();
}

/** What steps on the queries `train` have in common; {@link closeSteps} disposes its tensors. */
export function openSteps(tf: TensorFlow, { data, train, folds, options, rng, start }: StepsInput): StepContext {
  const weights =
    start === undefined
      ? querySpace(tf, data, withUnanswered(data, train), rng.fork('axes'))
      : pick(start, SPACE_TABLES);
  const space = { weights, p: toTensors(tf, weights), places: new Map() };
  const records = sumRecords(data, train);
  const around = openNeighbourhood(tf, { data, space, queries: train, records }, rng.fork('anchors'));
  const spread =
    start === undefined
      ? chooseSpread(tf, around, { fold: folds[0]!, rng: rng.fork('spread') })
      : spreadIn(start['anchor/spread']!);
  const anchors = tellNeighbours(tf, around, { folds, spread, rng: rng.fork('told') });
  tf.dispose(Object.values(around.features));
  return { data, declared: declaredTensors(tf, data), space, records, spread, anchors, options };
}

export function closeSteps(tf: TensorFlow, { declared, space, anchors }: StepContext): void {
  tf.dispose([declared, space.p, anchors] as never);
}

/** What is foretold of measured answers to some queries of each fold, from messages of other queries alone. */
function foretell(
  tf: TensorFlow,
  context: StepContext,
  { weights, train, folds, batch, rng }: Omit<StepsInput, 'data' | 'options'> & { weights: Weights; batch: number },
): Foretold {
  const p = toTensors(tf, weights);
  const remembering = { ...context, options: { ...context.options, forget: 0 } };
  const out: Foretold = { expected: [], scores: [], weights: [] };
  folds.forEach((queries, fold) => {
    const own = rng.fork(`foretold ${fold}`);
    const some = sample(queries, FORETOLD, own);
    for (let from = 0; from < some.length; from += batch) {
      const target = some.slice(from, from + batch);
      const drawn = drawStep(remembering, { train, target, fold, rng: own });
      const foretold = tf.tidy(() => {
        const tensors = stepTensors(tf, remembering, drawn, null);
        const { scores, measured } = tensors.target.batch;
        return [predictStep(tf, p, remembering, tensors).scores, scores, measured];
      });
      const [expected, scores, measured] = foretold.map((t) => t.dataSync()) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      tf.dispose(foretold);
      measured.forEach((weight, i) => {
        if (weight === 0) return;
        out.expected.push(expected[i]!);
        out.scores.push(scores[i]!);
        out.weights.push(weight);
      });
    }
  });
  tf.dispose(Object.values(p) as never);
  return out;
}

export interface GnnTraining {
  data: Dataset;
  /** Indices of queries that may be learned from. */
  train: Int32Array;
  options: GnnOptions;
  rng: Rng;
  onEpoch?: ((report: EpochReport) => void) | undefined;
  /** Where the run is saved between epochs, and taken up from when one is there. */
  checkpoints?: CheckpointStore | undefined;
  /** Weights to go on from, of the same shapes; fewer steps are taken then. */
  start?: Weights | undefined;
}

/**
 * Trains profiles and router together on held-out edges: in each step the scores of a batch of queries are predicted
 * from messages of other queries alone, so that how long to train needs no queries kept apart.
 *
 * @throws PointsmanError `training_diverged` when a loss is not finite
 */
export async function trainGnn(
  tf: TensorFlow,
  { data: logged, train, options, rng, onEpoch, checkpoints, start }: GnnTraining,
): Promise<GnnResult> {
  const scales = start === undefined ? scoreScales(logged, train) : scalesIn(start['score/scale']!.data);
  const data = standardised(logged, scales);
  const folds = splitFolds(train, Math.min(FOLDS, train.length), rng.fork('folds'));
  // The last fold is the smallest. Small logs get small batches.
  const batch = Math.max(1, Math.min(options.batch, Math.ceil(train.length / 4), folds.at(-1)?.length ?? 1));
  const batches = folds.reduce((sum, fold) => sum + Math.floor(fold.length / batch), 0);
  // Small logs get more epochs, so that every run takes enough steps; long ones fewer, or such as see part of the log.
  const wanted = start === undefined ? stepsFor(data, batches, options) : options.continuedSteps;
  const perEpoch = Math.min(batches, Math.ceil(wanted / LEAST_EPOCHS));
  const epochs = Math.max(1, Math.round(wanted / perEpoch));
  const steps = epochs * perEpoch;
  const learningRate = start === undefined ? options.learningRate : options.learningRate * CONTINUED_RATE;
  const context = openSteps(tf, { data, train, folds, options, rng, start });
  const optimizer = createOptimizer(
    tf,
    start === undefined
      ? initialWeights(modelShape(data, options), rng.fork('weights'))
      : pick(start, Object.keys(parameterTable(modelShape(data, options)))),
    options.decay,
  );
  const saved = checkpoints?.load() ?? null;
  if (saved !== null) optimizer.restore(saved.optimizer);
  const first = saved?.epoch ?? 0;
  let loss = saved?.loss ?? NaN;
  try {
    let step = first * perEpoch;
    for (let epoch = first; epoch < epochs; epoch++) {
      // Each epoch draws by itself, so that one taken up from a checkpoint draws the same.
      const draw = rng.fork(`epoch ${epoch}`);
      const dropout = stepDropout(context, draw.fork('dropout'));
      let total = 0;
      for (const { fold, target } of batchesOf(folds, batch, draw).slice(0, perEpoch)) {
        const drawn = drawStep(context, { train, target, fold, rng: draw });
        const value = tf.tidy(() => {
          const tensors = stepTensors(tf, context, drawn, dropout);
          return optimizer.step(
            (weights) => stepLoss(tf, weights, context, tensors),
            rate(learningRate, step, steps),
            inputsOf(tf, context, tensors),
          );
        });
        if (!Number.isFinite(value))
          throw new PointsmanError(
            'training_diverged',
            `The loss of step ${step} is ${value}; a lower learning rate or another seed may help`,
          );
        total += value;
        step++;
        // Lets progress messages and signals through.
        await new Promise((resume) => setImmediate(resume));
      }
      loss = total / perEpoch;
      onEpoch?.({ epoch, epochs, step, steps, loss });
      await checkpoints?.save(async () => ({ epoch: epoch + 1, loss, optimizer: await optimizer.state() }));
    }
    const spread = spreadTable(context.spread);
    const learned = await optimizer.weights();
    const fixed = {
      ...context.space.weights,
      'anchor/spread': spread,
      'score/scale': scaleTable(scales),
      'score/calibration': fitCalibration(foretell(tf, context, { weights: learned, train, folds, batch, rng })),
    };
    return { weights: { ...learned, ...fixed }, epochs, loss };
  } finally {
    optimizer.dispose();
    closeSteps(tf, context);
  }
}
