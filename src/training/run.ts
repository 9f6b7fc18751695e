import { createHash } from 'node:crypto';
import type { ArtifactFiles } from '../artifact/files/types.js';
import type { Manifest } from '../artifact/manifest.js';
import { writeArtifact } from '../artifact/write.js';
import type { Clock } from '../base/clock.js';
import { PointsmanError } from '../base/errors.js';
import { createRng } from '../base/rng.js';
import type { Encoder } from '../encoder/types.js';
import { calibrationOf } from '../measure/calibration.js';
import { outcomesOf, rankingAccuracy, routedMean } from '../measure/outcomes.js';
import {
  joinPredictions,
  LEARNED,
  predict,
  predictAll,
  type HeldOut,
  type Prediction,
} from '../measure/predictions.js';
import { freezeGraph, type FrozenGraph } from '../graph/freeze.js';
import type { SnapshotRows } from '../graph/rows.js';
import { DESIGNS, partsOf } from '../profile/design.js';
import { createDataset, type Dataset, type QueryVectors } from '../dataset/dataset.js';
import type { Weights } from '../math/weights.js';
import { bestSingle } from '../router/best-single.js';
import type { SnapshotStore } from '../store/ports/snapshot.js';
import { baselineByName, BASELINES } from '../router/baselines.js';
import type { DesignName, TrainProgress } from '../schema/training.js';
import { isTrainable } from '../serving/routers.js';
import type { Backend } from '../tensor/backend.js';
import { freezeModel } from '../learned/freeze.js';
import type { Checkpoints } from '../learned/train/checkpoint.js';
import { isAlike, isOfDesign, notCompared, readIfWhole, rivalsOf, startFrom } from './earlier.js';
import { IN_FORCE, judge, splitHeldOut, unjudged } from './gate.js';
import { judgeOffPolicy } from './off-policy-gate.js';
import { loggingPolicy, policyToJudgeBy } from '../measure/off-policy.js';
import { splitFolds } from '../learned/neighbourhood.js';
import { refreeze, type LearnedRouter } from '../learned/fit.js';
import { discoverKinds, withKinds } from '../learned/kinds.js';
import { createMomentCache } from '../learned/train/moment-cache.js';
import { trainGnn, type EpochReport } from '../learned/train/gnn.js';
import { GNN_DEFAULTS, type GnnOptions } from '../learned/train/options.js';

/** Grows when the same snapshot, design and seed would give other weights. */
const RECIPE = 9;
/** Under so many held-out queries of one answer each all are judged by, in so many folds. */
const FEWEST_ESTIMATED = 2_000;
const JUDGED_FOLDS = 4;
/** All queries of a log of no more than these are judged by where they have several answers, and no task is known. */
const CROSS_FITTED = 2_000;

export interface TrainingInput {
  rows: SnapshotRows;
  /** Their snapshot in the design; see {@link snapshotOf}. */
  graph: FrozenGraph;
  /** Encoded queries, in the order of `rows.queries`. */
  vectors: QueryVectors;
  design: DesignName;
  seed: number;
  encoder: Encoder;
  /** Texts of queries by their hashes: kinds are named by their words. */
  textsOf: SnapshotStore['texts'];
  options?: Partial<GnnOptions> | undefined;
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
      rows.queries.length === 0
        ? `There is no interaction and no preference yet (${rows.llms.length} LLMs are known): import a log or post ` +
            'feedback'
        : `None of the answers to ${rows.queries.length} queries has a score, and there is no preference: post ` +
            'scores or signals of some of them (POST /v1/feedback), or import a log that has them',
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

/** The snapshot of a run as a dataset of another design. */
function datasetOf({ rows, vectors, encoder }: TrainingInput, name: DesignName): Promise<Dataset> {
  const design = DESIGNS[name];
  return createDataset({ rows, graph: freezeGraph(rows, partsOf(design)), design, encoder, vectors });
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
  artifacts: ArtifactFiles;
  checkpoints: Checkpoints;
  ledgerRows: number;
  inForce: string | null;
  /** The newest learned version of the same design and seed, to go on from; null to train from nothing. */
  previous: string | null;
}

/** What a run computes with, and whom it tells how far it is. */
export interface TrainingTools {
  backend: Backend;
  clock: Clock;
  report(progress: TrainProgress): void;
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
  target: TrainingTarget,
  { backend, clock, report }: TrainingTools,
): Promise<Trained> {
  const { rows, graph, vectors, design, seed, encoder, options } = input;
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
  const data = await createDataset({ rows, graph, design: DESIGNS[design], encoder, vectors });
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
  const start = startFrom(previous, data, {
    queries: seen.length,
    options: settings,
    ledgerRows: target.ledgerRows,
  });
  const version =
    start === null ? fresh : versionOf(graph.hash, design, seed, `${encoder.id} after ${start.continues.version}`);
  report({
    phase: 'train',
    fraction: 0.1,
    message:
      `${seen.length} queries, ${data.numLlms} LLMs, ${backend.description}, seed ` +
      `${seed}${start === null ? '' : `, on from version ${start.continues.version}`}`,
  });
  const cache = createMomentCache(tf);
  const checkpoints = target.checkpoints.of(version);
  const trained = await trainGnn(tf, {
    data,
    train: seen,
    options: settings,
    rng,
    onEpoch,
    checkpoints,
    start: start?.weights,
  });

  report({ phase: 'evaluate', fraction: 0.87, message: `${heldOut.length} held-out queries` });
  const tools = { tf, rng: rng.fork('baselines') };
  let held: HeldOut = { data, queries: heldOut };
  const inForce =
    target.inForce === version
      ? null
      : target.inForce === target.previous
        ? made
        : await readIfWhole(artifacts, target.inForce);
  const rivals = start === null ? BASELINES : rivalsOf(start.comparison, inForce?.manifest.router ?? bestSingle.name);
  const comparable = inForce !== null && inForce.manifest.encoder === encoder.id;
  const isLearned = inForce !== null && isTrainable(inForce.manifest.router);
  /**
   * What the profile, its rivals and the one in force say of some queries, which none of them has the answers to. A
   * baseline in force is among the rivals. It has the same evidence as its successor.
   */
  const predictionsFor = async (
    queries: Int32Array,
    evidence: Int32Array,
    learnedWeights = trained.weights,
  ): Promise<Prediction[]> => {
    /** The router of some weights that rests on this evidence. */
    const resting = (weights: Weights, its = data): Promise<LearnedRouter> => {
      const of = { weights, from: { rows, data: its, encoder }, evidence, tools: { tf, rng } };
      return refreeze(its === data ? { ...of, cache } : of);
    };
    const learned = await resting(learnedWeights);
    const found = await predictAll({ data, queries }, { learned, train: evidence, tools, baselines: rivals });
    if (!comparable || !isLearned) return found;
    const its = isOfDesign(inForce.manifest, design) ? data : await datasetOf(input, inForce.manifest.design);
    const scores = await predict({ data, queries }, await resting(inForce.model.tables, its));
    return [...found, { name: IN_FORCE, title: `version in force (${target.inForce})`, told: false, scores }];
  };
  const ofAnother = comparable && !isOfDesign(inForce.manifest, design);
  const incumbent = comparable ? (isLearned ? IN_FORCE : inForce.manifest.router) : undefined;
  let predictions: Prediction[] = [];
  let judged = unjudged(all.length, ofAnother);
  const hasPolicy = policyToJudgeBy(data, heldOut) !== null;
  const tasksKnown = data.numTasks > 1;
  const crossFitted = hasPolicy ? heldOut.length < FEWEST_ESTIMATED : !tasksKnown && all.length <= CROSS_FITTED;
  if (heldOut.length > 0) {
    // A few held-out queries tell little: all are judged by, each by routers that rest on others.
    const folds = crossFitted ? splitFolds(all, JUDGED_FOLDS, rng.fork('judged')) : [heldOut];
    const found: Prediction[][] = [];
    for (const [f, fold] of folds.entries()) {
      const left = new Set(fold);
      const rest = crossFitted ? all.filter((q) => !left.has(q)) : seen;
      // What infers tasks learned those of the queries that it was trained on.
      const again = crossFitted && tasksKnown;
      const weights = again
        ? (await trainGnn(tf, { data, train: rest, options: settings, rng: rng.fork(`judged ${f}`) })).weights
        : trained.weights;
      found.push(await predictionsFor(fold, rest, weights));
    }
    predictions = joinPredictions(found);
    const queries = Int32Array.from(folds.flatMap((fold) => [...fold]));
    held = { data, queries };
    if (hasPolicy) {
      const estimated = { data, queries, policy: loggingPolicy(data, queries) };
      held = estimated;
      judged = judgeOffPolicy(
        { heldOut: estimated, predictions, reference: incumbent ?? bestSingle.name, serving: incumbent !== undefined },
        rng.fork('gate'),
      );
    } else judged = judge(held, predictions, rng.fork('gate'), ofAnother ? incumbent : undefined);
  }
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
  const model = await freezeModel(tf, {
    data,
    rows,
    weights: trained.weights,
    evidence: all,
    encoder: encoder.id,
    rng: rng.fork('anchors'),
    cache,
  });
  const kinds = await discoverKinds(tf, {
    data,
    queries: Int32Array.from({ length: data.numQueries }, (_, q) => q),
    textsOf: (queries) => input.textsOf(queries.map((q) => rows.queries.hashOf(q))),
    space: trained.weights,
    rng: rng.fork('kinds'),
  });
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
      domains: [],
      kinds: [],
      anchors: [],
    };
    baseline = await writeArtifact(artifacts, withKinds({ names, tables: tables() }, kinds), {
      ...facts,
      version: baselineVersion!,
      status: 'accepted',
      serve: baselineVersion,
      metrics,
    });
  }
  const serve = verdict.serve === 'learned' ? version : baselineVersion;
  const manifest = await writeArtifact(artifacts, withKinds(model, kinds), {
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
async function madeBefore(artifacts: ArtifactFiles, version: string): Promise<Trained | null> {
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
