import { bestSingle } from './best-single.js';
import { nearestQueries } from './nearest-queries.js';
import { taskBest } from './task-best.js';
import type { Router } from './types.js';

/** What every learned router is measured beside. */
export const BASELINES: readonly Router[] = [bestSingle, taskBest, nearestQueries];
