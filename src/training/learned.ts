import type { Encoder } from '../encoder/types.js';
import type { GraphRows } from '../graph/rows.js';
import type { Dataset } from '../profile/structured/dataset.js';
import type { FitTools, FittedRouter } from '../router/types.js';
import type { TrainedModel } from '../scoring/model.js';
import { createTrainedIndex } from '../scoring/trained.js';
import type { ScoringIndex } from '../scoring/types.js';
import { freezeModel } from './freeze.js';
import { GNN_DEFAULTS, trainGnn, type EpochReport } from './gnn.js';

/** The learned router as it would be served: it reads the query's vector alone, not its task. */
export interface LearnedRouter extends FittedRouter {
  model: TrainedModel;
  index: ScoringIndex;
}

/** Trains profiles and router on the queries `train` of a dataset, and on nothing else. `rows` are what `data` was made from. */
export async function fitLearned(
  { rows, data, encoder }: { rows: GraphRows; data: Dataset; encoder: Encoder },
  train: Int32Array,
  { tf, rng }: FitTools,
  onEpoch?: (report: EpochReport) => void,
): Promise<LearnedRouter> {
  const { weights } = await trainGnn(tf, data, train, GNN_DEFAULTS, rng, onEpoch);
  const model = await freezeModel(tf, data, rows, weights, train, encoder.id, rng.fork('anchors'));
  const index = await createTrainedIndex({ version: 'fitted', model, encoder, llms: rows.llms, stats: [], textOf: () => undefined });
  return { model, index, score: ({ vector }) => Float32Array.from(index.score('', vector), (s) => s.quality) };
}
