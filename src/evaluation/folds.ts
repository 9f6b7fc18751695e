import { createHash } from 'node:crypto';
import { PointsmanError } from '../base/errors.js';
import { createRng, type Rng } from '../base/rng.js';
import type { Encoder } from '../encoder/types.js';
import { freezeGraph } from '../graph/freeze.js';
import type { GraphRows } from '../graph/rows.js';
import { DESIGNS, partsOf, type ProfileDesign } from '../profile/design.js';
import { createDataset, type Dataset, type QueryVectors } from '../dataset/dataset.js';
import type { DesignName, Weighing } from '../schema/training.js';
import type { Backend } from '../tensor/backend.js';
import type { GnnOptions } from '../learned/train/options.js';
import { fitLearned, type LearnedRouter } from '../learned/fit.js';
import { snapshotOf } from '../training/run.js';
import { policyToJudgeBy } from '../measure/off-policy.js';
import {
  besideBaselines,
  joinPredictions,
  predictBaselines,
  type HeldOut,
  type Prediction,
} from '../measure/predictions.js';
import { answeredOf } from './without-llm.js';

/** Fold of a query: the first four bytes of the SHA-256 of its text, big-endian, modulo the number of folds. */
export function foldOf(text: string, folds: number): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) % folds;
}

/** What an evaluation is of. */
export interface EvaluationInput {
  rows: GraphRows;
  /** Encoded queries, in the order of `rows.queries`. */
  vectors: QueryVectors;
  encoder: Encoder;
  design: DesignName;
  seed: number;
  folds: number;
  /** What routers are compared by; each query once unless told. */
  weigh?: Weighing;
  /** How to train, where not as by default. */
  options?: Partial<GnnOptions>;
}

/** One fold: what was learned from the others, and what is held out. */
export interface Fold extends HeldOut {
  fold: number;
  train: Int32Array;
  learned: LearnedRouter;
  /** What training took. */
  seconds: number;
}

/** Cross-validated predictions, over the held-out queries of all folds. */
export interface CrossValidated extends HeldOut {
  /** Fold of each held-out query `[n]`. */
  foldOf: Int32Array;
  folds: Fold[];
  predictions: Prediction[];
  /** Whether folds are missing, as it was interrupted. */
  interrupted: boolean;
}

/**
 * Reports how far a long part has come: `fraction` in [0, 1]. Throws {@link Interrupted} where nobody wants more: what
 * was measured until then is kept.
 */
export type Progress = (fraction: number, message: string) => void;

/** Thrown by a {@link Progress} to end an evaluation early. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted before anything was measured');
  }
}

/**
 * The dataset of a log, in a design that is trained: of `input.design` unless given. Some of its `rows` may be left
 * out.
 */
export async function datasetOf(
  { rows, vectors, encoder, design: name }: EvaluationInput,
  design: ProfileDesign = DESIGNS[name],
): Promise<Dataset> {
  return createDataset({ rows, graph: freezeGraph(rows, partsOf(design)), design, encoder, vectors });
}

/**
 * Refuses a log by which no router can be told from another.
 *
 * @throws PointsmanError `no_data`, saying what is missing
 */
export function checkComparable({ rows, design }: EvaluationInput): void {
  snapshotOf(rows, design);
  if (rows.llms.length === 1)
    throw new PointsmanError(
      'no_data',
      `There is only one LLM, ${rows.llms[0]!.id}: to compare routers, a log needs scores or preferences of at ` +
        'least two',
    );
  if (new Set(rows.scores.llm).size < 2 && rows.preferences.query.length === 0)
    throw new PointsmanError(
      'no_data',
      `Only one LLM has scores (${rows.scores.query.length} of ${rows.queries.length} queries), and there are no ` +
        'preferences: to compare routers, a log needs scores of at least two LLMs, or preferences',
    );
}

/** Queries with evidence, by whether they are of `fold`. */
export function splitFold(
  data: Dataset,
  rows: GraphRows,
  folds: number,
  fold: number,
): { train: Int32Array; test: Int32Array } {
  const answered = answeredOf(
    data,
    Int32Array.from({ length: rows.queries.length }, (_, q) => q),
  );
  const isHeldOut = (q: number): boolean => foldOf(rows.queries.textOf(q), folds) === fold;
  return { train: answered.filter((q) => !isHeldOut(q)), test: answered.filter(isHeldOut) };
}

/** One fold before anything is trained: what simple routers that learned from the others expect. */
export interface SimpleFold extends HeldOut {
  fold: number;
  train: Int32Array;
  predictions: Prediction[];
}

/** What of a cross-validation takes little time. */
export interface SimplyValidated {
  data: Dataset;
  folds: SimpleFold[];
  /** Whether folds are missing, as it was interrupted. */
  interrupted: boolean;
}

const rngOf = ({ seed }: EvaluationInput, fold: number): Rng => createRng(seed).fork(`fold ${fold}`);

/** Does something for each fold, in order. Answers whether it was interrupted; throws where that was too early. */
async function untilInterrupted(folds: Iterable<number>, work: (fold: number) => Promise<void>): Promise<boolean> {
  try {
    for (const fold of folds) await work(fold);
    return false;
  } catch (error) {
    if (error instanceof Interrupted) return true;
    throw error;
  }
}

/**
 * The simple routers of a cross-validation by query. Folds with nothing in them, or nothing beside them, are left out.
 *
 * @throws PointsmanError `no_data`
 * @throws Interrupted before a fold is measured
 */
export async function validateSimple(
  input: EvaluationInput,
  { tf }: Pick<Backend, 'tf'>,
  onProgress: Progress,
): Promise<SimplyValidated> {
  const { rows, folds, weigh } = input;
  checkComparable(input);
  const data = await datasetOf(input);
  const policy = policyToJudgeBy(data, answeredOf(data, Int32Array.from(data.taskOf.keys())));
  const done: SimpleFold[] = [];
  const interrupted = await untilInterrupted(Array(folds).keys(), async (fold) => {
    const { train, test: queries } = splitFold(data, rows, folds, fold);
    if (train.length === 0 || queries.length === 0) return;
    const heldOut = { data, queries, policy, weigh };
    const tools = { tf, rng: rngOf(input, fold).fork('baselines') };
    const predictions = await predictBaselines(heldOut, { train, tools }, (title, i, all) =>
      onProgress((fold + i / all) / folds, `simple routers, fold ${fold + 1} of ${folds}: ${title}`),
    );
    done.push({ ...heldOut, fold, train, predictions });
  });
  if (done.length > 0) return { data, folds: done, interrupted };
  if (interrupted) throw new Interrupted();
  throw new PointsmanError(
    'no_data',
    `There are too few queries for ${folds} folds: ${rows.queries.length}, all in one fold`,
  );
}

/** Folds as one: the held-out queries of all, and what is predicted of them. */
export function joinFolds(folds: readonly SimpleFold[]): HeldOut & { foldOf: Int32Array; predictions: Prediction[] } {
  const [{ data, policy, weigh }] = folds as [SimpleFold];
  return {
    data,
    policy: policy ?? null,
    weigh,
    queries: Int32Array.from(folds.flatMap((f) => Array.from(f.queries))),
    foldOf: Int32Array.from(folds.flatMap((f) => Array.from(f.queries, () => f.fold))),
    predictions: joinPredictions(folds.map((f) => f.predictions)),
  };
}

/**
 * Cross-validation by query: each fold is routed from its text alone by what was learned from the others.
 *
 * @param simple what was measured of it before; its folds are the folds
 * @throws PointsmanError `no_data`
 * @throws Interrupted before a fold is measured
 */
export async function crossValidate(
  input: EvaluationInput,
  backend: Backend,
  onProgress: Progress,
  simple?: SimplyValidated,
): Promise<CrossValidated> {
  const { rows, encoder, folds, options } = input;
  const { tf } = backend;
  const { data, folds: prepared } = simple ?? (await validateSimple(input, backend, onProgress));
  const done: (SimpleFold & Fold)[] = [];
  const interrupted = await untilInterrupted(prepared.keys(), async (at) => {
    const { predictions, ...of } = prepared[at]!;
    const started = performance.now();
    const learned = await fitLearned(
      { rows, data, encoder, options },
      of.train,
      { tf, rng: rngOf(input, of.fold) },
      (e) =>
        onProgress(
          (of.fold + (e.epoch + 1) / e.epochs) / folds,
          `fold ${of.fold + 1}/${folds}, epoch ${e.epoch + 1}/${e.epochs}, loss ${e.loss.toFixed(4)}`,
        ),
    );
    const seconds = (performance.now() - started) / 1000;
    done.push({ ...of, learned, seconds, predictions: await besideBaselines(of, learned, predictions) });
  });
  if (done.length === 0) throw new Interrupted();
  return { ...joinFolds(done), folds: done, interrupted };
}
