import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../artifact/manifest.js';
import { readArtifact } from '../artifact/read.js';
import { writeArtifact } from '../artifact/write.js';
import type { Clock } from '../base/clock.js';
import { PointsmanError } from '../base/errors.js';
import { createRng } from '../base/rng.js';
import type { Encoder } from '../encoder/types.js';
import { compareHeldOut, LEARNED } from '../evaluation/held-out.js';
import { calibrationError, rankingAccuracy, routedMean } from '../evaluation/metrics.js';
import { buildGraph } from '../graph/build.js';
import { freezeGraph, type FrozenGraph } from '../graph/freeze.js';
import type { GraphRows } from '../graph/rows.js';
import { DESIGNS, partsOf } from '../profile/design.js';
import { createDataset, type Dataset } from '../profile/structured/dataset.js';
import type { FitTools } from '../router/types.js';
import type { DesignName, TrainProgress } from '../schema/training.js';
import { createTrainedIndex } from '../scoring/trained.js';
import type { Backend } from '../tensor/backend.js';
import { freezeModel } from './freeze.js';
import { openCheckpoints } from './checkpoint.js';
import { GNN_DEFAULTS, trainGnn, type EpochReport, type GnnOptions } from './gnn.js';

/** Grows when the same snapshot, design and seed would give other weights. */
const RECIPE = 2;
/** Share of queries that early stopping watches, and as many for the metrics that an artifact carries. */
const HELD_OUT = 0.1;
export const DEFAULT_SEED = 20_260_500;

export interface TrainingInput {
  rows: GraphRows;
  /** Encoded queries, in the order of `rows.queries`. */
  vectors: Float32Array[];
  design: DesignName;
  seed: number;
  encoder: Encoder;
  options?: Partial<GnnOptions>;
}

/** A snapshot that can be learned from: throws `no_data`, saying what is missing. */
export function snapshotOf(rows: GraphRows, design: DesignName): FrozenGraph {
  const answered = rows.scores.query.length + rows.preferences.query.length;
  if (rows.llms.length === 0) throw new PointsmanError('no_data', 'There is no LLM yet: import a log, post feedback, or add LLMs with PUT /v1/models/{id}');
  if (answered === 0) throw new PointsmanError('no_data', `There is no interaction and no preference yet (${rows.llms.length} LLMs are known): import a log or post feedback`);
  return freezeGraph(buildGraph(rows, partsOf(DESIGNS[design])), rows);
}

/** Version of what training on this snapshot gives: the same snapshot, design, seed and encoder give the same. */
export function versionOf(snapshot: string, design: DesignName, seed: number, encoder: string): Manifest['version'] {
  return createHash('sha256').update(JSON.stringify([RECIPE, snapshot, design, seed, encoder])).digest('hex').slice(0, 16) as Manifest['version'];
}

/**
 * Queries with evidence or comparisons, shuffled by the seed and split: learned from, watched for when to stop, and
 * held out of both. Under ten are all learned from.
 */
export function split(data: Dataset, seed: number): { train: Int32Array; validation: Int32Array; heldOut: Int32Array } {
  const useful: number[] = [];
  for (let q = 0; q < data.numQueries; q++) if (data.evidence.start[q + 1]! > data.evidence.start[q]!) useful.push(q);
  const order = createRng(seed).fork('split').shuffle(Int32Array.from(useful));
  const held = order.length < 10 ? 0 : Math.max(1, Math.floor(order.length * HELD_OUT));
  return { train: order.slice(2 * held), validation: order.slice(held, 2 * held), heldOut: order.slice(0, held) };
}

/** Metrics of the held-out queries by name; those that can't be measured on this log are left out. */
async function measure(data: Dataset, train: Int32Array, heldOut: Int32Array, score: (query: number) => Float32Array, tools: FitTools): Promise<Record<string, number>> {
  const contenders = await compareHeldOut(data, train, heldOut, score, tools);
  const metrics: Record<string, number> = { held_out_queries: heldOut.length };
  for (const { name, tally } of contenders) {
    const key = name.replace(/\(.*\)/, '').trim().replaceAll(/[^a-z]+/gi, '_').toLowerCase();
    metrics[`score_${key}`] = routedMean(tally);
    metrics[`ranking_accuracy_${key}`] = rankingAccuracy(tally);
    if (name === LEARNED) metrics['calibration_error'] = calibrationError(tally);
  }
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}

/**
 * Trains on a snapshot and writes the artifact. One that was made from the same before, and is whole, is not made again.
 *
 * @throws PointsmanError `no_data`, `training_diverged`
 */
export async function runTraining(
  { rows, vectors, design, seed, encoder, options }: TrainingInput,
  graph: FrozenGraph,
  backend: Backend,
  target: { artifacts: string; ledgerRows: number },
  clock: Clock,
  report: (progress: TrainProgress) => void,
): Promise<{ manifest: Manifest; created: boolean }> {
  const version = versionOf(graph.hash, design, seed, encoder.id);
  const existing = await readIfWhole(target.artifacts, version);
  if (existing) return { manifest: existing, created: false };

  const { tf } = backend;
  const data = await createDataset(rows, graph, DESIGNS[design], encoder, vectors);
  const { train, validation, heldOut } = split(data, seed);
  const rng = createRng(seed);
  const settings = { ...GNN_DEFAULTS, ...options };
  report({ phase: 'train', fraction: 0.1, message: `${train.length} queries, ${data.numLlms} LLMs, ${backend.description}, seed ${seed}` });
  const onEpoch = (e: EpochReport): void =>
    report({ phase: 'train', fraction: 0.1 + 0.75 * ((e.epoch + 1) / e.epochs), message: `epoch ${e.epoch + 1}/${e.epochs}, loss ${e.loss.toFixed(4)}` });
  const checkpoints = openCheckpoints(target.artifacts, version);
  const trained = await trainGnn(tf, data, Int32Array.from([...train, ...validation]), settings, rng, onEpoch, checkpoints);

  report({ phase: 'evaluate', fraction: 0.87, message: `${heldOut.length} held-out queries` });
  const seen = Int32Array.from([...train, ...validation]).toSorted();
  const judged = await freezeModel(tf, data, rows, trained.weights, seen, encoder.id, rng.fork('anchors'));
  const index = await createTrainedIndex({ version, model: judged, encoder, llms: rows.llms, stats: [], textOf: () => undefined });
  const metrics = await measure(data, seen, heldOut, (q) => Float32Array.from(index.score('', data.queries[q]!), (s) => s.quality), { tf, rng: rng.fork('baselines') });

  report({ phase: 'write', fraction: 0.97, message: version });
  // What is served knows all queries, the held-out ones too: only its weights did not learn from them.
  const everything = Int32Array.from([...seen, ...heldOut]).toSorted();
  const model = await freezeModel(tf, data, rows, trained.weights, everything, encoder.id, rng.fork('anchors'));
  const manifest = await writeArtifact(target.artifacts, model, {
    version,
    created_at: new Date(clock()).toISOString(),
    snapshot: graph.hash,
    design,
    seed,
    backend: backend.description,
    ledger_rows: target.ledgerRows,
    metrics: { ...metrics, epochs: trained.epochs, training_loss: trained.loss },
  });
  checkpoints.remove();
  return { manifest, created: true };
}

async function readIfWhole(artifacts: string, version: string): Promise<Manifest | null> {
  if (!existsSync(join(artifacts, version))) return null;
  try {
    return (await readArtifact(artifacts, version)).manifest;
  } catch {
    return null;
  }
}
