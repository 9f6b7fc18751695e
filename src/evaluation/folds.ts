import { createHash } from 'node:crypto';
import { PointsmanError } from '../base/errors.js';
import { createRng } from '../base/rng.js';
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
import { joinPredictions, predictAll, type HeldOut, type Prediction } from '../measure/predictions.js';
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
    super('interrupted before anything was measured: the first fold takes the longest');
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

/**
 * Cross-validation by query: each fold is routed from its text alone by what was learned from the others. Folds with
 * nothing in them, or nothing beside them, are left out.
 *
 * @throws PointsmanError `no_data`
 */
export async function crossValidate(
  input: EvaluationInput,
  { tf }: Backend,
  onProgress: Progress,
): Promise<CrossValidated> {
  const { rows, encoder, seed, folds, options, weigh } = input;
  checkComparable(input);
  const data = await datasetOf(input);
  const policy = policyToJudgeBy(data, answeredOf(data, Int32Array.from(data.taskOf.keys())));
  const done: Fold[] = [];
  const predictions: Prediction[][] = [];
  const measure = async (fold: number): Promise<void> => {
    const { train, test } = splitFold(data, rows, folds, fold);
    if (train.length === 0 || test.length === 0) return;
    const started = performance.now();
    const rng = createRng(seed).fork(`fold ${fold}`);
    const learned = await fitLearned({ rows, data, encoder, options }, train, { tf, rng }, (e) =>
      onProgress(
        (fold + (0.85 * (e.epoch + 1)) / e.epochs) / folds,
        `fold ${fold + 1}/${folds}, epoch ${e.epoch + 1}/${e.epochs}, loss ${e.loss.toFixed(4)}`,
      ),
    );
    const seconds = (performance.now() - started) / 1000;
    onProgress((fold + 0.85) / folds, `fold ${fold + 1}/${folds}, baselines`);
    const tools = { tf, rng: rng.fork('baselines') };
    predictions.push(await predictAll({ data, queries: test, policy, weigh }, { learned, train, tools }));
    done.push({ fold, data, queries: test, policy, weigh, train, learned, seconds });
  };
  let interrupted = false;
  try {
    for (let fold = 0; fold < folds; fold++) await measure(fold);
  } catch (error) {
    if (!(error instanceof Interrupted) || done.length === 0) throw error;
    interrupted = true;
  }
  if (done.length === 0)
    throw new PointsmanError(
      'no_data',
      `There are too few queries for ${folds} folds: ${rows.queries.length}, all in one fold`,
    );
  return {
    data,
    policy,
    weigh,
    queries: Int32Array.from(done.flatMap((f) => Array.from(f.queries))),
    foldOf: Int32Array.from(done.flatMap((f) => Array.from(f.queries, () => f.fold))),
    folds: done,
    predictions: joinPredictions(predictions),
    interrupted,
  };
}
