import type { Rng } from '../base/rng.js';
import { createDataset, type Dataset } from '../dataset/dataset.js';
import { freezeGraph } from '../graph/freeze.js';
import { refreeze, type LearnedRouter } from '../learned/fit.js';
import { splitFolds } from '../learned/neighbourhood.js';
import { trainGnn } from '../learned/train/gnn.js';
import type { MomentCache } from '../learned/train/moment-cache.js';
import type { GnnOptions } from '../learned/train/options.js';
import type { Weights } from '../math/weights.js';
import { loggingPolicy, policyToJudgeBy } from '../measure/off-policy.js';
import {
  joinPredictions,
  LEARNED,
  predict,
  predictAll,
  type HeldOut,
  type Prediction,
} from '../measure/predictions.js';
import { DESIGNS, partsOf } from '../profile/design.js';
import { bestSingle } from '../router/best-single.js';
import type { Baseline, FitTools } from '../router/types.js';
import type { DesignName } from '../schema/training.js';
import type { Artifact } from '../serving/read.js';
import { isTrainable } from '../serving/routers.js';
import { isOfDesign } from './earlier.js';
import { IN_FORCE, isBetter, judge, REFERENCE, unjudged, type Verdict } from './gate.js';
import type { TrainingInput } from './input.js';
import { judgeOffPolicy } from './off-policy-gate.js';

/** Under so many held-out queries of one answer each all are judged by, in so many folds. */
const FEWEST_ESTIMATED = 2_000;
const JUDGED_FOLDS = 4;
/** All queries of a log of no more than these are judged by where they have several answers, and no task is known. */
const CROSS_FITTED = 2_000;

/** A training that is to be judged. */
export interface Judged {
  input: TrainingInput;
  data: Dataset;
  /** What was learned from the queries `seen`, of all that have answers; `heldOut` are the others. */
  weights: Weights;
  all: Int32Array;
  seen: Int32Array;
  heldOut: Int32Array;
  /** What serves now; null where nothing else does, or it can't be read. */
  inForce: Artifact | null;
  /** The reference of the line, as `referenceOf` has it. */
  reference: Artifact | null;
  /** Baselines that it is held against. */
  rivals: readonly Baseline[];
  settings: GnnOptions;
}

/** What a training is judged with. */
export interface JudgingTools {
  /** What baselines are fitted with. */
  tools: FitTools;
  rng: Rng;
  cache: MomentCache;
}

/** The snapshot of a run as a dataset of another design. */
function datasetOf({ rows, vectors, encoder }: TrainingInput, name: DesignName): Promise<Dataset> {
  const design = DESIGNS[name];
  return createDataset({ rows, graph: freezeGraph(rows, partsOf(design)), design, encoder, vectors });
}

/**
 * What the profile of some weights, its rivals, the one in force and the reference say of some queries, resting on
 * others. A baseline in force is among the rivals. All have the same evidence.
 */
async function predictionsFor(
  judged: Judged,
  { tools, rng, cache }: JudgingTools,
  { queries, evidence, weights }: { queries: Int32Array; evidence: Int32Array; weights: Weights },
): Promise<Prediction[]> {
  const { input, data, inForce, reference, rivals } = judged;
  const { rows, encoder, design } = input;
  const resting = (own: Weights, its = data): Promise<LearnedRouter> => {
    const of = { weights: own, from: { rows, data: its, encoder }, evidence, tools: { tf: tools.tf, rng } };
    return refreeze(its === data ? { ...of, cache } : of);
  };
  const learned = await resting(weights);
  const found = await predictAll({ data, queries }, { learned, train: evidence, tools, baselines: rivals });
  const earlier = [
    { name: IN_FORCE, title: 'version in force', artifact: inForce },
    { name: REFERENCE, title: 'reference', artifact: isInForce(judged) ? null : reference },
  ];
  for (const { name, title, artifact } of earlier) {
    if (artifact === null || !isComparable(artifact, input) || !isTrainable(artifact.manifest.router)) continue;
    const { design: its, version } = artifact.manifest;
    const dataset = isOfDesign(artifact.manifest, design) ? data : await datasetOf(input, its);
    const scores = await predict({ data, queries }, await resting(artifact.model.tables, dataset));
    found.push({ name, title: `${title} (${version})`, told: false, scores });
  }
  return found;
}

/** Whether the reference of the line is what serves. */
const isInForce = ({ inForce, reference }: Judged): boolean =>
  reference !== null && reference.manifest.version === inForce?.manifest.version;

const isComparable = ({ manifest }: Artifact, { encoder }: TrainingInput): boolean => manifest.encoder === encoder.id;

/** Name of the prediction of what is in force; undefined where it can't be compared with. */
function incumbentOf({ input, inForce }: Judged): string | undefined {
  if (inForce === null || !isComparable(inForce, input)) return undefined;
  return isTrainable(inForce.manifest.router) ? IN_FORCE : inForce.manifest.router;
}

/** What came of holding a training against others. */
export interface Judgement {
  verdict: Verdict;
  /** The queries and predictions that it rests on. */
  held: HeldOut;
  predictions: Prediction[];
  /** Whether it is better than the reference of its line by more than chance. */
  exceeds: boolean;
}

/** Holds a training against its rivals, what is in force and the reference of its line. */
export async function judgeTraining(judged: Judged, using: JudgingTools): Promise<Judgement> {
  const { input, data, all, seen, heldOut, inForce, settings } = judged;
  const { tools, rng } = using;
  const incumbent = incumbentOf(judged);
  const ofAnother = incumbent !== undefined && !isOfDesign(inForce!.manifest, input.design);
  if (heldOut.length === 0)
    return {
      held: { data, queries: heldOut },
      predictions: [],
      verdict: unjudged(all.length, ofAnother),
      exceeds: false,
    };

  const hasPolicy = policyToJudgeBy(data, heldOut) !== null;
  const tasksKnown = data.numTasks > 1;
  const crossFitted = hasPolicy ? heldOut.length < FEWEST_ESTIMATED : !tasksKnown && all.length <= CROSS_FITTED;
  // A few held-out queries tell little: all are judged by, each by routers that rest on others.
  const folds = crossFitted ? splitFolds(all, JUDGED_FOLDS, rng.fork('judged')) : [heldOut];
  const found: Prediction[][] = [];
  for (const [f, fold] of folds.entries()) {
    const left = new Set(fold);
    const evidence = crossFitted ? all.filter((q) => !left.has(q)) : seen;
    // What infers tasks learned those of the queries that it was trained on.
    const { weights } =
      crossFitted && tasksKnown
        ? await trainGnn(tools.tf, { data, train: evidence, options: settings, rng: rng.fork(`judged ${f}`) })
        : judged;
    found.push(await predictionsFor(judged, using, { queries: fold, evidence, weights }));
  }
  const predictions = joinPredictions(found);
  const queries = Int32Array.from(folds.flatMap((fold) => [...fold]));
  const policy = hasPolicy ? loggingPolicy(data, queries) : null;
  const held = { data, queries, policy, weigh: input.weigh };
  const named = (name: string): Prediction | undefined => predictions.find((p) => p.name === name);
  const than = named(isInForce(judged) ? IN_FORCE : REFERENCE);
  const exceeds = than !== undefined && isBetter(held, { of: named(LEARNED.name)!, than }, rng.fork('reference'));
  const drawn = rng.fork('gate');
  const verdict =
    policy === null
      ? judge(held, predictions, drawn, ofAnother ? incumbent : undefined)
      : judgeOffPolicy(
          {
            heldOut: { ...held, policy },
            predictions,
            current: incumbent ?? bestSingle.name,
            serving: incumbent !== undefined,
          },
          drawn,
        );
  return { held, predictions, verdict, exceeds };
}
