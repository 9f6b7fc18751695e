import { bestSingle } from './best-single.js';
import { bradleyTerry } from './bradley-terry.js';
import { irt } from './irt.js';
import { kMeans } from './k-means.js';
import { linearPairwise } from './linear-pairwise.js';
import { matrixFactorization } from './matrix-factorization.js';
import { nearestQueries } from './nearest-queries.js';
import { ridge } from './ridge.js';
import { softBradleyTerry } from './soft-bradley-terry.js';
import { softTask } from './soft-task.js';
import { taskBest } from './task-best.js';
import type { Baseline } from './types.js';

/** What every learned router is measured beside, from the simplest on; those that read the task last. */
export const BASELINES: readonly Baseline[] = [
  bestSingle,
  nearestQueries,
  kMeans,
  matrixFactorization,
  irt,
  ridge,
  linearPairwise,
  softTask,
  softBradleyTerry,
  taskBest,
  bradleyTerry,
];

/** The baseline of a name; undefined where there is none. */
export function baselineByName(name: string): Baseline | undefined {
  return BASELINES.find((baseline) => baseline.name === name);
}
