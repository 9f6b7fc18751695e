import { createHash } from 'node:crypto';
import { PointsmanError } from '../base/errors.js';
import { createRng } from '../base/rng.js';
import type { Encoder } from '../encoder/types.js';
import type { GraphRows } from '../graph/rows.js';
import { DESIGNS } from '../profile/design.js';
import { createDataset, type Dataset } from '../profile/structured/dataset.js';
import type { DesignName } from '../schema/training.js';
import type { Backend } from '../tensor/backend.js';
import { fitLearned, type LearnedRouter } from '../training/learned.js';
import { snapshotOf } from '../training/run.js';
import { predictAll, type HeldOut, type Prediction } from './predictions.js';

/** Fold of a query: the first four bytes of the SHA-256 of its text, big-endian, modulo the number of folds. */
export function foldOf(text: string, folds: number): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) % folds;
}

/** What an evaluation is of. */
export interface EvaluationInput {
  rows: GraphRows;
  /** Encoded queries, in the order of `rows.queries`. */
  vectors: Float32Array[];
  encoder: Encoder;
  design: DesignName;
  seed: number;
  folds: number;
}

/** One fold: what was learned from the others, and what is held out. */
export interface Fold extends HeldOut {
  fold: number;
  train: Int32Array;
  learned: LearnedRouter;
  seconds: number;
}

/** Cross-validated predictions, over the held-out queries of all folds. */
export interface CrossValidated extends HeldOut {
  /** Fold of each query. */
  foldOf: Int32Array;
  folds: Fold[];
  predictions: Prediction[];
}

/** The dataset of a log that can be learned from. Throws `no_data`, saying what is missing. */
export async function datasetOf({ rows, vectors, encoder, design }: EvaluationInput): Promise<Dataset> {
  const data = await createDataset(rows, snapshotOf(rows, design), DESIGNS[design], encoder, vectors);
  if (data.numLlms < 2) throw new PointsmanError('no_data', `There is only one LLM, ${data.llms[0]}: to compare routers a log needs at least two`);
  return data;
}

/** Queries with evidence, by whether they are of `fold`. */
export function splitFold(data: Dataset, rows: GraphRows, folds: number, fold: number): { train: Int32Array; test: Int32Array } {
  const answered = Int32Array.from(rows.queries.keys()).filter((q) => data.evidence.start[q + 1]! > data.evidence.start[q]!);
  return { train: answered.filter((q) => foldOf(rows.queries[q]!.text, folds) !== fold), test: answered.filter((q) => foldOf(rows.queries[q]!.text, folds) === fold) };
}

/** Cross-validation by query: each fold is routed from its text alone by what was learned from the others. */
export async function crossValidate(input: EvaluationInput, { tf }: Backend, onProgress: (fraction: number, message: string) => void): Promise<CrossValidated> {
  const { rows, encoder, seed, folds } = input;
  const data = await datasetOf(input);
  const done: { fold: Fold; predictions: Prediction[] }[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const { train, test } = splitFold(data, rows, folds, fold);
    if (train.length === 0 || test.length === 0) continue;
    const started = performance.now();
    const rng = createRng(seed).fork(`fold ${fold}`);
    const learned = await fitLearned({ rows, data, encoder }, train, { tf, rng }, (e) => onProgress((fold + (0.9 * (e.epoch + 1)) / e.epochs) / folds, `fold ${fold + 1}/${folds}, epoch ${e.epoch + 1}/${e.epochs}, loss ${e.loss.toFixed(4)}`));
    const seconds = (performance.now() - started) / 1000;
    const heldOut: Fold = { fold, data, queries: test, train, learned, seconds };
    done.push({ fold: heldOut, predictions: await predictAll(heldOut, train, learned, { tf, rng: rng.fork('baselines') }) });
    onProgress((fold + 1) / folds, `fold ${fold + 1}/${folds} measured`);
  }
  if (done.length === 0) throw new PointsmanError('no_data', `There are too few queries for ${folds} folds: ${rows.queries.length}, all in one`);
  const joined = (p: number): Float32Array => Float32Array.from(done.flatMap(({ predictions }) => Array.from(predictions[p]!.scores)));
  return {
    data,
    queries: Int32Array.from(done.flatMap(({ fold }) => Array.from(fold.queries))),
    foldOf: Int32Array.from(done.flatMap(({ fold }) => Array.from(fold.queries, () => fold.fold))),
    folds: done.map(({ fold }) => fold),
    predictions: done[0]!.predictions.map((prediction, p) => ({ ...prediction, scores: joined(p) })),
  };
}
