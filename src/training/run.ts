import { createHash } from 'node:crypto';
import type { ArtifactFiles } from '../artifact/files/types.js';
import { MAP_FILE } from '../artifact/map.js';
import type { Manifest } from '../artifact/manifest.js';
import { writeArtifact } from '../artifact/write.js';
import type { Artifact } from '../serving/read.js';
import type { Clock } from '../base/clock.js';
import { PointsmanError } from '../base/errors.js';
import { createRng } from '../base/rng.js';
import { calibrationOf } from '../measure/calibration.js';
import { outcomesOf, rankingAccuracy, routedMean } from '../measure/outcomes.js';
import { LEARNED, type HeldOut, type Prediction } from '../measure/predictions.js';
import { freezeGraph, type FrozenGraph } from '../graph/freeze.js';
import type { SnapshotRows } from '../graph/rows.js';
import { DESIGNS, partsOf } from '../profile/design.js';
import { createDataset, type Dataset } from '../dataset/dataset.js';
import { bestSingle } from '../router/best-single.js';
import { baselineByName, BASELINES } from '../router/baselines.js';
import type { DesignName, TrainProgress } from '../schema/training.js';
import type { Backend } from '../tensor/backend.js';
import { freezeModel } from '../learned/freeze.js';
import type { Checkpoints } from '../learned/train/checkpoint.js';
import { isAlike, notCompared, readIfWhole, referenceOf, rivalsOf, startFrom } from './earlier.js';
import { splitHeldOut } from './gate.js';
import type { TrainingInput } from './input.js';
import { judgeTraining } from './judging.js';
import { createMapDrawer } from './map/map.js';
import { profileTexts } from './profile-texts.js';
import { discoverKinds, withKinds } from '../learned/kinds.js';
import { createMomentCache } from '../learned/train/moment-cache.js';
import { trainGnn, type EpochReport } from '../learned/train/gnn.js';
import { GNN_DEFAULTS } from '../learned/train/options.js';

/** Grows when the same snapshot, design and seed would give other weights or files. */
const RECIPE = 12;

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

/** What a run made, and what should serve from now on. */
export interface Trained {
  manifest: Manifest;
  /** Whether it was made now. */
  created: boolean;
  /** The baseline, or the earlier version, that is to serve in its place. */
  instead: Manifest | null;
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
  /** The newest learned version of the same design. */
  last: string | null;
}

/** What a run computes with, and whom it tells how far it is. */
export interface TrainingTools {
  backend: Backend;
  clock: Clock;
  report(progress: TrainProgress): void;
}

/**
 * Trains on a snapshot, holds the result against every baseline, the version in force and the reference of its line,
 * and writes the artifact, and one of the baseline that should serve in its place if there is. One that was made from
 * the same before, and is whole, is not made again.
 *
 * @throws PointsmanError `no_data`, `training_diverged`
 */
export async function runTraining(
  input: TrainingInput,
  target: TrainingTarget,
  { backend, clock, report }: TrainingTools,
): Promise<Trained> {
  const { rows, graph, vectors, design, seed, encoder, options, weigh = 'queries' } = input;
  const { artifacts } = target;
  const made = await readIfWhole(artifacts, target.previous);
  const previous = made !== null && isAlike(made, input) ? made : null;
  // What is compared by other counts is another run, though its weights are the same.
  const by = weigh === 'queries' ? encoder.id : `${encoder.id} by ${weigh}`;
  const fresh = versionOf(graph.hash, design, seed, by);
  const isSame = previous?.manifest.snapshot === graph.hash && previous.manifest.weigh === weigh;
  const same = isSame ? [previous.manifest.version] : [];
  for (const version of new Set([...same, fresh])) {
    const before = await madeBefore(artifacts, version);
    if (before !== null) return before;
  }

  const { tf } = backend;
  const data = await createDataset({ rows, graph, design: DESIGNS[design], encoder, vectors });
  const all = answeredQueries(data);
  const { seen, heldOut } = splitHeldOut(all, (q) => rows.queries.hashOf(q));
  const rng = createRng(seed);
  const losses: NonNullable<TrainProgress['losses']> = [];
  let course: Pick<TrainProgress, 'epochs' | 'losses'> = {};
  const onEpoch = (e: EpochReport): void => {
    losses.push({ epoch: e.epoch + 1, loss: Number(e.loss.toPrecision(6)) });
    course = { epochs: e.epochs, losses: [...losses] };
    report({
      phase: 'train',
      fraction: 0.1 + 0.75 * ((e.epoch + 1) / e.epochs),
      message: `epoch ${e.epoch + 1}/${e.epochs}, loss ${e.loss.toFixed(4)}`,
      ...course,
    });
  };
  const settings = { ...GNN_DEFAULTS, ...options };
  const start = startFrom(previous, data, {
    queries: seen.length,
    options: settings,
    ledgerRows: target.ledgerRows,
  });
  const version =
    start === null ? fresh : versionOf(graph.hash, design, seed, `${by} after ${start.continues.version}`);
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

  report({ phase: 'evaluate', fraction: 0.87, message: `${heldOut.length} held-out queries`, ...course });
  const tools = { tf, rng: rng.fork('baselines') };
  const earlier = async (id: string | null): Promise<Artifact | null> =>
    id === target.previous ? made : readIfWhole(artifacts, id);
  const inForce = target.inForce === version ? null : await earlier(target.inForce);
  const reference = await referenceOf(artifacts, await earlier(target.last));
  const rivals = start === null ? BASELINES : rivalsOf(start.comparison, inForce?.manifest.router ?? bestSingle.name);
  const {
    held,
    predictions,
    verdict: judged,
    exceeds,
  } = await judgeTraining(
    {
      input,
      data,
      weights: trained.weights,
      all,
      seen,
      heldOut,
      inForce,
      reference,
      rivals,
      settings,
    },
    { tools, rng, cache },
  );
  const verdict = {
    ...judged,
    reason: `${judged.reason}${notCompared(target.inForce === version ? null : target.inForce, inForce, encoder)}`,
  };

  report({ phase: 'write', fraction: 0.97, message: version, ...course });
  const facts = {
    created_at: new Date(clock()).toISOString(),
    snapshot: graph.hash,
    design,
    seed,
    backend: backend.description,
    ledger_rows: target.ledgerRows,
    weigh,
    continues: start?.continues ?? null,
    reference: exceeds ? null : (reference?.manifest.version ?? null),
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
  const learned = withKinds(model, kinds);
  const maps = await createMapDrawer({ input, data, model: learned, version, rng: rng.fork('map') });
  const quoted = new Set<string>();
  const texts = await profileTexts(input, all, rng.fork('texts'), quoted);
  const chosen = verdict.serve === 'baseline' ? baselineByName(verdict.baseline!)! : null;
  const baselineVersion = chosen === null ? null : versionOf(graph.hash, design, seed, `${by} ${chosen.name}`);
  let instead = verdict.serve === 'reference' ? reference!.manifest : null;
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
      benchmarks: [],
      anchors: [],
    };
    const baseline = withKinds({ names, tables: tables() }, kinds);
    instead = await writeArtifact(
      artifacts,
      baseline,
      {
        ...facts,
        version: baselineVersion!,
        status: 'accepted',
        serve: baselineVersion,
        metrics,
      },
      { texts, quoted, map: await maps.draw(baseline, baselineVersion!) },
    );
  }
  const serve = verdict.serve === 'learned' ? version : (instead?.version ?? null);
  const manifest = await writeArtifact(
    artifacts,
    learned,
    {
      ...facts,
      version,
      status: verdict.status,
      serve,
      metrics: { ...metrics, epochs: trained.epochs, training_loss: trained.loss },
    },
    { texts, quoted, map: await maps.draw(learned, version) },
  );
  checkpoints.remove();
  return { manifest, created: true, instead, reason: verdict.reason };
}

/**
 * What a run that made this version answered; null where it is not there, or not whole, or has no map as those from
 * before there were any, or what should serve in its place is not.
 */
async function madeBefore(artifacts: ArtifactFiles, version: string): Promise<Trained | null> {
  const manifest = (await readIfWhole(artifacts, version))?.manifest;
  if (manifest === undefined || !manifest.files.some(({ name }) => name === MAP_FILE)) return null;
  const replaced = manifest.serve !== null && manifest.serve !== version;
  const instead = replaced ? ((await readIfWhole(artifacts, manifest.serve!))?.manifest ?? null) : null;
  if (replaced && instead === null) return null;
  return {
    manifest,
    created: false,
    instead,
    reason: 'it was trained before from the same snapshot, design and seed',
  };
}
