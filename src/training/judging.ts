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
import { joinPredictions, predict, predictAll, type HeldOut, type Prediction } from '../measure/predictions.js';
import { DESIGNS, partsOf } from '../profile/design.js';
import { bestSingle } from '../router/best-single.js';
import type { Baseline, FitTools } from '../router/types.js';
import type { DesignName } from '../schema/training.js';
import type { Artifact } from '../serving/read.js';
import { isTrainable } from '../serving/routers.js';
import { isOfDesign } from './earlier.js';
import { IN_FORCE, judge, unjudged, type Verdict } from './gate.js';
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
 * What the profile of some weights, its rivals and the one in force say of some queries, resting on others. A baseline
 * in force is among the rivals. All have the same evidence.
 */
async function predictionsFor(
  { input, data, inForce, rivals }: Judged,
  { tools, rng, cache }: JudgingTools,
  { queries, evidence, weights }: { queries: Int32Array; evidence: Int32Array; weights: Weights },
): Promise<Prediction[]> {
  const { rows, encoder, design } = input;
  const resting = (own: Weights, its = data): Promise<LearnedRouter> => {
    const of = { weights: own, from: { rows, data: its, encoder }, evidence, tools: { tf: tools.tf, rng } };
    return refreeze(its === data ? { ...of, cache } : of);
  };
  const learned = await resting(weights);
  const found = await predictAll({ data, queries }, { learned, train: evidence, tools, baselines: rivals });
  if (inForce === null || !isComparable(inForce, input) || !isTrainable(inForce.manifest.router)) return found;
  const its = isOfDesign(inForce.manifest, design) ? data : await datasetOf(input, inForce.manifest.design);
  const scores = await predict({ data, queries }, await resting(inForce.model.tables, its));
  const title = `version in force (${inForce.manifest.version})`;
  return [...found, { name: IN_FORCE, title, told: false, scores }];
}

const isComparable = ({ manifest }: Artifact, { encoder }: TrainingInput): boolean => manifest.encoder === encoder.id;

/** Name of the prediction of what is in force; undefined where it can't be compared with. */
function incumbentOf({ input, inForce }: Judged): string | undefined {
  if (inForce === null || !isComparable(inForce, input)) return undefined;
  return isTrainable(inForce.manifest.router) ? IN_FORCE : inForce.manifest.router;
}

/**
 * Holds a training against its rivals and what is in force: the verdict, and the queries and predictions that it rests
 * on.
 */
export async function judgeTraining(
  judged: Judged,
  using: JudgingTools,
): Promise<{ held: HeldOut; predictions: Prediction[]; verdict: Verdict }> {
  const { input, data, all, seen, heldOut, inForce, settings } = judged;
  const { tools, rng } = using;
  const incumbent = incumbentOf(judged);
  const ofAnother = incumbent !== undefined && !isOfDesign(inForce!.manifest, input.design);
  if (heldOut.length === 0)
    return { held: { data, queries: heldOut }, predictions: [], verdict: unjudged(all.length, ofAnother) };

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
  if (!hasPolicy) {
    const held = { data, queries };
    return {
      held,
      predictions,
      verdict: judge(held, predictions, rng.fork('gate'), ofAnother ? incumbent : undefined),
    };
  }
  const held = { data, queries, policy: loggingPolicy(data, queries) };
  const reference = incumbent ?? bestSingle.name;
  const serving = incumbent !== undefined;
  const verdict = judgeOffPolicy({ heldOut: held, predictions, reference, serving }, rng.fork('gate'));
  return { held, predictions, verdict };
}
