import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../artifact/manifest.js';
import { readArtifact, type Artifact } from '../serving/read.js';
import { writeArtifact } from '../artifact/write.js';
import type { Clock } from '../base/clock.js';
import { PointsmanError } from '../base/errors.js';
import { createRng } from '../base/rng.js';
import type { Encoder } from '../encoder/types.js';
import { calibrationOf } from '../measure/calibration.js';
import { outcomesOf, rankingAccuracy, routedMean } from '../measure/outcomes.js';
import { LEARNED, predict, predictAll, type HeldOut, type Prediction } from '../measure/predictions.js';
import { freezeGraph, type FrozenGraph } from '../graph/freeze.js';
import type { SnapshotRows } from '../graph/rows.js';
import { DESIGNS, partsOf } from '../profile/design.js';
import { createDataset, type Dataset, type QueryVectors } from '../dataset/dataset.js';
import type { Weights } from '../math/weights.js';
import { baselineByName, BASELINES } from '../router/baselines.js';
import type { Baseline, FitTools, FittedRouter } from '../router/types.js';
import type { Comparison, DesignName, TrainProgress } from '../schema/training.js';
import { LEARNED_ROUTER } from '../learned/name.js';
import type { Backend } from '../tensor/backend.js';
import { freezeModel } from '../learned/freeze.js';
import { openCheckpoints } from '../learned/train/checkpoint.js';
import { IN_FORCE, judge, splitHeldOut, unjudged } from './gate.js';
import { refreeze } from '../learned/fit.js';
import { canContinue, GNN_DEFAULTS, trainGnn, type EpochReport, type GnnOptions } from '../learned/train/gnn.js';
import { createPasses, type Passes } from '../learned/train/passes.js';

/** Grows when the same snapshot, design and seed would give other weights. */
const RECIPE = 6;
export const DEFAULT_SEED = 20_260_500;

export interface TrainingInput {
  rows: SnapshotRows;
  /** Encoded queries, in the order of `rows.queries`. */
  vectors: QueryVectors;
  design: DesignName;
  seed: number;
  encoder: Encoder;
  options?: Partial<GnnOptions>;
}

/** A snapshot that can be learned from: throws `no_data`, saying what is missing. */
export function snapshotOf(rows: SnapshotRows, design: DesignName): FrozenGraph {
  const answered = rows.scores.query.length + rows.preferences.query.length;
  if (rows.llms.length === 0)
    throw new PointsmanError(
      'no_data',
      'There is no LLM yet: import a log, post feedback, or add LLMs with PUT /v1/models/{id}',
    );
  if (answered === 0)
    throw new PointsmanError(
      'no_data',
      `There is no interaction and no preference yet (${rows.llms.length} LLMs are known): import a log or ` +
        'post feedback',
    );
  return freezeGraph(rows, partsOf(DESIGNS[design]));
}

/** Version of what training on this snapshot gives: the same snapshot, design, seed and encoder give the same. */
export function versionOf(snapshot: string, design: DesignName, seed: number, encoder: string): Manifest['version'] {
  return createHash('sha256')
    .update(JSON.stringify([RECIPE, snapshot, design, seed, encoder]))
    .digest('hex')
    .slice(0, 16) as Manifest['version'];
}

/** Queries with scores or comparisons. */
export function answeredQueries({ evidence, numQueries }: Dataset): Int32Array {
  return Int32Array.from({ length: numQueries }, (_, q) => q).filter(
    (q) => evidence.start[q + 1]! > evidence.start[q]!,
  );
}

/** Metrics of the held-out queries by name; those that can't be measured on this log are left out. */
function metricsOf(heldOut: HeldOut, predictions: readonly Prediction[]): Record<string, number> {
  const metrics: Record<string, number> = { held_out_queries: heldOut.queries.length };
  for (const { name, scores } of predictions) {
    const key = name.replaceAll('-', '_');
    const outcomes = outcomesOf(heldOut, scores);
    metrics[`score_${key}`] = routedMean(outcomes);
    metrics[`ranking_accuracy_${key}`] = rankingAccuracy(outcomes);
    if (name === LEARNED.name) metrics['calibration_error'] = calibrationOf(heldOut, scores).error;
  }
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}

/** An artifact; null where there is none, or not whole. */
async function readIfWhole(artifacts: string, version: string | null): Promise<Artifact | null> {
  if (version === null || !existsSync(join(artifacts, version))) return null;
  try {
    return await readArtifact(artifacts, version);
  } catch (error) {
    if (error instanceof PointsmanError && error.code === 'artifact_damaged') return null;
    throw error;
  }
}

/** Whether it was learned with the encoder and depth of a run. */
function isAlike({ manifest }: Artifact, { encoder, design }: TrainingInput): boolean {
  return manifest.router === LEARNED_ROUTER && manifest.encoder === encoder.id && isOfDesign(manifest, design);
}

/** Designs are told apart by their depth: 0 for flat. */
function isOfDesign(manifest: Manifest, design: DesignName): boolean {
  return DESIGNS[manifest.design].hops === DESIGNS[design].hops;
}

/** The router in force, with the queries `seen` as what it knows, whatever its design: on a dataset of that design. */
async function refreezeInForce(
  { manifest, model }: Artifact,
  input: TrainingInput,
  data: Dataset,
  seen: Int32Array,
  tools: FitTools,
  passes: Passes,
): Promise<FittedRouter> {
  const { rows, vectors, encoder, design } = input;
  const weights = { weights: model.tables };
  if (isOfDesign(manifest, design)) return refreeze(weights, { rows, data, encoder }, seen, tools, passes);
  const own = DESIGNS[manifest.design];
  const itsData = await createDataset(rows, freezeGraph(rows, partsOf(own)), own, encoder, vectors);
  return refreeze(weights, { rows, data: itsData, encoder }, seen, tools);
}

/** What a verdict adds where the version in force could not be compared with; empty where it could. */
function notCompared(version: string | null, inForce: Artifact | null, encoder: Encoder): string {
  if (version === null || inForce?.manifest.encoder === encoder.id) return '';
  const why =
    inForce === null
      ? 'could not be read'
      : `was trained with the encoder ${inForce.manifest.encoder}, and this run reads with ${encoder.id}`;
  return `; the version in force, ${version}, could not be compared: it ${why}`;
}

/** How far a log may have grown since training began from nothing for training to go on from what it learned. */
const MOST_GROWTH = 1.1;

/**
 * The version to go on from: only where training from nothing would take long, and would learn from much the same log.
 */
function startFrom(
  previous: Artifact | null,
  data: Dataset,
  queries: number,
  options: GnnOptions,
  ledgerRows: number,
): { weights: Weights; continues: NonNullable<Manifest['continues']>; comparison: Comparison[] } | null {
  if (previous === null) return null;
  const { version, ledger_rows, continues, comparison } = previous.manifest;
  const began = continues?.began_at_rows ?? ledger_rows;
  if (ledgerRows > MOST_GROWTH * began || !canContinue(data, queries, options, previous.model.tables)) return null;
  return { weights: previous.model.tables, continues: { version, began_at_rows: began }, comparison };
}

/** Baselines that a run which goes on is held against. */
const RIVALS = 2;

/**
 * The best baselines of the run before, and the one in force: on a log that hardly grew, the others would not overtake
 * them.
 */
function rivalsOf(comparison: readonly Comparison[], inForce: string | undefined): Baseline[] {
  const ranked = comparison
    .filter((c) => c.mean !== null && baselineByName(c.name)?.told === false)
    .toSorted((a, b) => b.mean! - a.mean!);
  const names = new Set([...ranked.slice(0, RIVALS).map((c) => c.name), inForce]);
  return BASELINES.filter((baseline) => names.has(baseline.name));
}

/** What a run made, and what should serve from now on. */
export interface Trained {
  manifest: Manifest;
  /** Whether it was made now. */
  created: boolean;
  /** The baseline that is to serve in its place. */
  baseline: Manifest | null;
  reason: string;
}

/** Where a run finds what was trained before, and writes what it makes. */
export interface TrainingTarget {
  artifacts: string;
  ledgerRows: number;
  inForce: string | null;
  /** The newest learned version of the same design and seed, to go on from; null to train from nothing. */
  previous: string | null;
}

/**
 * Trains on a snapshot, holds the result against every baseline and the version in force, and writes the artifact, and
 * one of the baseline that should serve in its place if there is. One that was made from the same before, and is whole,
 * is not made again.
 *
 * @throws PointsmanError `no_data`, `training_diverged`
 */
export async function runTraining(
  input: TrainingInput,
  graph: FrozenGraph,
  backend: Backend,
  target: TrainingTarget,
  clock: Clock,
  report: (progress: TrainProgress) => void,
): Promise<Trained> {
  const { rows, vectors, design, seed, encoder, options } = input;
  const { artifacts } = target;
  const made = await readIfWhole(artifacts, target.previous);
  const previous = made !== null && isAlike(made, input) ? made : null;
  const fresh = versionOf(graph.hash, design, seed, encoder.id);
  const same = previous?.manifest.snapshot === graph.hash ? [previous.manifest.version] : [];
  for (const version of new Set([...same, fresh])) {
    const before = await madeBefore(artifacts, version);
    if (before !== null) return before;
  }

  const { tf } = backend;
  const data = await createDataset(rows, graph, DESIGNS[design], encoder, vectors);
  const all = answeredQueries(data);
  const { seen, heldOut } = splitHeldOut(all, (q) => rows.queries.hashOf(q));
  const rng = createRng(seed);
  const onEpoch = (e: EpochReport): void =>
    report({
      phase: 'train',
      fraction: 0.1 + 0.75 * ((e.epoch + 1) / e.epochs),
      message: `epoch ${e.epoch + 1}/${e.epochs}, loss ${e.loss.toFixed(4)}`,
    });
  const settings = { ...GNN_DEFAULTS, ...options };
  const start = startFrom(previous, data, seen.length, settings, target.ledgerRows);
  const version =
    start === null ? fresh : versionOf(graph.hash, design, seed, `${encoder.id} after ${start.continues.version}`);
  report({
    phase: 'train',
    fraction: 0.1,
    message:
      `${seen.length} queries, ${data.numLlms} LLMs, ${backend.description}, seed ` +
      `${seed}${start === null ? '' : `, on from version ${start.continues.version}`}`,
  });
  const passes = createPasses(tf, data);
  const checkpoints = openCheckpoints(artifacts, version);
  const trained = await trainGnn(tf, data, seen, settings, rng, onEpoch, checkpoints, start?.weights, passes);

  report({ phase: 'evaluate', fraction: 0.87, message: `${heldOut.length} held-out queries` });
  const tools = { tf, rng: rng.fork('baselines') };
  const from = { rows, data, encoder };
  const held: HeldOut = { data, queries: heldOut };
  const inForce =
    target.inForce === version
      ? null
      : target.inForce === target.previous
        ? made
        : await readIfWhole(artifacts, target.inForce);
  const rivals = start === null ? BASELINES : rivalsOf(start.comparison, inForce?.manifest.router);
  const predictions =
    heldOut.length === 0
      ? []
      : await predictAll(held, seen, await refreeze(trained, from, seen, { tf, rng }, passes), tools, rivals);
  // A baseline in force is among the rivals. It has the same evidence as its successor: neither has learned from what
  // judges them.
  const comparable = inForce !== null && inForce.manifest.encoder === encoder.id;
  const isLearned = inForce?.manifest.router === LEARNED_ROUTER;
  if (comparable && isLearned && heldOut.length > 0) {
    const router = await refreezeInForce(inForce, input, data, seen, { tf, rng }, passes);
    predictions.push({
      name: IN_FORCE,
      title: `version in force (${target.inForce})`,
      told: false,
      scores: await predict(held, router),
    });
  }
  const ofAnother = comparable && !isOfDesign(inForce.manifest, design);
  const incumbent = ofAnother ? (isLearned ? IN_FORCE : inForce.manifest.router) : undefined;
  const judged =
    heldOut.length === 0 ? unjudged(all.length, ofAnother) : judge(held, predictions, rng.fork('gate'), incumbent);
  const verdict = {
    ...judged,
    reason: `${judged.reason}${notCompared(target.inForce === version ? null : target.inForce, inForce, encoder)}`,
  };

  report({ phase: 'write', fraction: 0.97, message: version });
  const facts = {
    created_at: new Date(clock()).toISOString(),
    snapshot: graph.hash,
    design,
    seed,
    backend: backend.description,
    ledger_rows: target.ledgerRows,
    continues: start?.continues ?? null,
    comparison: verdict.comparison,
  };
  const metrics = metricsOf(held, predictions);
  // What is served knows all queries, the held-out ones too: only its weights did not learn from them.
  const model = await freezeModel(tf, data, rows, trained.weights, all, encoder.id, rng.fork('anchors'), passes);
  const chosen = verdict.serve === 'baseline' ? baselineByName(verdict.baseline!)! : null;
  const baselineVersion = chosen === null ? null : versionOf(graph.hash, design, seed, `${encoder.id} ${chosen.name}`);
  let baseline: Manifest | null = null;
  if (chosen !== null) {
    const { tables } = await chosen.fit(data, all, tools);
    const names = {
      router: chosen.name,
      encoder: encoder.id,
      hops: 0,
      llms: data.llms,
      families: [],
      tasks: data.tasks,
      anchors: [],
    };
    baseline = await writeArtifact(
      artifacts,
      { names, tables: tables() },
      { ...facts, version: baselineVersion!, status: 'accepted', serve: baselineVersion, metrics },
    );
  }
  const serve = verdict.serve === 'learned' ? version : baselineVersion;
  const manifest = await writeArtifact(artifacts, model, {
    ...facts,
    version,
    status: verdict.status,
    serve,
    metrics: { ...metrics, epochs: trained.epochs, training_loss: trained.loss },
  });
  checkpoints.remove();
  return { manifest, created: true, baseline, reason: verdict.reason };
}

/**
 * What a run that made this version answered; null where it is not there, or not whole, or what should serve in its
 * place is not.
 */
async function madeBefore(artifacts: string, version: string): Promise<Trained | null> {
  const manifest = (await readIfWhole(artifacts, version))?.manifest;
  if (manifest === undefined) return null;
  const replaced = manifest.serve !== null && manifest.serve !== version;
  const baseline = replaced ? ((await readIfWhole(artifacts, manifest.serve!))?.manifest ?? null) : null;
  if (replaced && baseline === null) return null;
  return {
    manifest,
    created: false,
    baseline,
    reason: 'it was trained before from the same snapshot, design and seed',
  };
}
