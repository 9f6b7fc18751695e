import type { Encoder } from '../encoder/types.js';
import type { SnapshotRows } from '../graph/rows.js';
import type { Dataset } from '../dataset/dataset.js';
import type { Weights } from '../math/weights.js';
import type { FitTools, FittedRouter } from '../router/types.js';
import type { TrainedModel } from '../artifact/model.js';
import { createLearnedScorer } from './serve/trained.js';
import type { Scorer } from '../scoring/types.js';
import { freezeModel } from './freeze.js';
import type { MomentCache } from './train/moment-cache.js';
import { trainGnn, type EpochReport } from './train/gnn.js';
import { GNN_DEFAULTS, type GnnOptions } from './train/options.js';

/** The learned router as it would be served: it reads the query's vector alone, not its task. */
export interface LearnedRouter extends FittedRouter {
  weights: Weights;
  model: TrainedModel;
  scorer: Scorer;
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
  const { tf, rng } = tools;
  const { data } = from;
  const options = { ...GNN_DEFAULTS, ...from.options };
  const { weights } = await trainGnn(tf, { data, train, options, rng, onEpoch });
  return refreeze({ weights, from, evidence: train, tools });
}

/** Weights, and the queries whose answers the router is to rest on: of the same LLMs and tasks. */
export interface ToRefreeze {
  weights: Weights;
  from: LearnedFrom;
  evidence: Int32Array;
  tools: FitTools;
  cache?: MomentCache;
}

/** The router of the same weights that rests on other queries. */
export async function refreeze({
  weights,
  from: { rows, data, encoder },
  evidence,
  tools: { tf, rng },
  cache,
}: ToRefreeze): Promise<LearnedRouter> {
  const model = await freezeModel(tf, {
    data,
    rows,
    weights,
    evidence,
    encoder: encoder.id,
    rng: rng.fork('anchors'),
    cache,
  });
  const scorer = await createLearnedScorer({
    version: 'fitted',
    model,
    encoder,
    llms: rows.llms,
    stats: [],
    ...(rows.metrics && { metrics: rows.metrics }),
  });
  return {
    weights,
    model,
    scorer,
    score: ({ vector }) => Float32Array.from(scorer.score('', vector), (s) => s.quality),
  };
}
