import type { Dataset } from '../../dataset/dataset.js';
import { sigmoid } from '../../math/linear.js';
import { UNSEEN_LOGIT } from './baseline.js';
import { eachComparison } from './comparisons.js';
import { seenLlms } from './means.js';
import type { TaskScores } from '../by-task.js';
import { solvePositiveDefinite } from '../../math/solve.js';

/** Precision of the prior at 0 of overall strengths, and of a task's strengths at the overall ones. */
const OVERALL_PRECISION = 0.1;
const TASK_PRECISION = 1;
const NEWTON_STEPS = 50;
/** Longest Newton step, so that far from the optimum it does not overshoot. */
const MAX_STEP = 2;

/**
 * Bradley–Terry strengths with a normal prior, which keeps them finite where one LLM always wins.
 *
 * @param wins `[n, n]`: by what weight row beat column
 * @param prior mean of the prior `[n]`
 */
export function strengths(wins: Float64Array, prior: Float64Array, precision: number): Float64Array {
  const n = prior.length;
  const theta = prior.slice();
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const gradient = theta.map((t, l) => precision * (prior[l]! - t));
    const hessian = new Float64Array(n * n);
    for (let l = 0; l < n; l++) hessian[l * n + l] = precision;
    for (let a = 0; a < n; a++) {
      for (let b = 0; b < a; b++) {
        const [ab, ba] = [wins[a * n + b]!, wins[b * n + a]!];
        if (ab + ba === 0) continue;
        const p = sigmoid(theta[a]! - theta[b]!);
        const push = ab * (1 - p) - ba * p;
        const curvature = (ab + ba) * p * (1 - p);
        gradient[a]! += push;
        gradient[b]! -= push;
        hessian[a * n + a]! += curvature;
        hessian[b * n + b]! += curvature;
        hessian[a * n + b]! -= curvature;
        hessian[b * n + a]! -= curvature;
      }
    }
    const change = solvePositiveDefinite(hessian, gradient);
    const longest = change.reduce((max, c) => Math.max(max, Math.abs(c)), 0);
    const scale = Math.min(1, MAX_STEP / longest);
    for (let l = 0; l < n; l++) theta[l]! += longest > 0 ? scale * change[l]! : 0;
    if (longest < 1e-9) break;
  }
  return theta;
}

/** Overall and per-task strengths, each as the chance of beating the average LLM; a task's lean on the overall ones. */
export function taskStrengths(data: Dataset, train: Int32Array): TaskScores {
  const n = data.numLlms;
  const seen = seenLlms(data, train);
  const winsOn = (queries: Int32Array): Float64Array => {
    const wins = new Float64Array(n * n);
    for (const q of queries) eachComparison(data, q, (better, worse, weight) => (wins[better * n + worse]! += weight));
    return wins;
  };
  const asScores = (theta: Float64Array): Float32Array => {
    const known = theta.filter((_, l) => seen[l]);
    const mean = known.reduce((sum, t) => sum + t, 0) / Math.max(1, known.length);
    return Float32Array.from(theta, (t, l) => sigmoid(seen[l] ? t - mean : UNSEEN_LOGIT));
  };
  const overall = strengths(winsOn(train), new Float64Array(n), OVERALL_PRECISION);
  const byTask = new Float32Array(n * data.numTasks);
  for (let t = 0; t < data.numTasks; t++) {
    const ofTask = asScores(strengths(winsOn(train.filter((q) => data.taskOf[q] === t)), overall, TASK_PRECISION));
    for (let l = 0; l < n; l++) byTask[l * data.numTasks + t] = ofTask[l]!;
  }
  return { overall: asScores(overall), byTask };
}
