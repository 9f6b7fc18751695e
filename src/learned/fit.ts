import type { Encoder } from '../encoder/types.js';
import type { SnapshotRows } from '../graph/rows.js';
import type { Dataset } from '../dataset/dataset.js';
import type { Weights } from '../math/weights.js';
import type { FitTools, FittedRouter } from '../router/types.js';
import type { TrainedModel } from '../artifact/model.js';
import { createTrainedIndex } from './serve/trained.js';
import type { ScoringIndex } from '../scoring/types.js';
import { freezeModel } from './freeze.js';
import { GNN_DEFAULTS, trainGnn, type EpochReport, type GnnOptions } from './train/gnn.js';
import { createPasses, type Passes } from './train/passes.js';

/** The learned router as it would be served: it reads the query's vector alone, not its task. */
export interface LearnedRouter extends FittedRouter {
  weights: Weights;
  model: TrainedModel;
  index: ScoringIndex;
}

/** A dataset, the rows that it was made from, and what encoded its queries. */
interface LearnedFrom {
  rows: SnapshotRows;
  data: Dataset;
  encoder: Encoder;
  /** How to train, where not as by default. */
  options?: Partial<GnnOptions>;
}

/** Trains profiles and router on the queries `train` of a dataset, and on nothing else. */
export async function fitLearned(
  from: LearnedFrom,
  train: Int32Array,
  tools: FitTools,
  onEpoch?: (report: EpochReport) => void,
): Promise<LearnedRouter> {
  const passes = createPasses(tools.tf, from.data);
  const { weights } = await trainGnn(
    tools.tf,
    from.data,
    train,
    { ...GNN_DEFAULTS, ...from.options },
    tools.rng,
    onEpoch,
    undefined,
    undefined,
    passes,
  );
  return refreeze({ weights }, from, train, tools, passes);
}

/** The router of the same weights with the queries `evidence`, of the same LLMs and tasks, as what it knows. */
export async function refreeze(
  { weights }: Pick<LearnedRouter, 'weights'>,
  { rows, data, encoder }: LearnedFrom,
  evidence: Int32Array,
  { tf, rng }: FitTools,
  passes?: Passes,
): Promise<LearnedRouter> {
  const model = await freezeModel(tf, data, rows, weights, evidence, encoder.id, rng.fork('anchors'), passes);
  const index = await createTrainedIndex({
    version: 'fitted',
    model,
    encoder,
    llms: rows.llms,
    stats: [],
  });
  return { weights, model, index, score: ({ vector }) => Float32Array.from(index.score('', vector), (s) => s.quality) };
}
