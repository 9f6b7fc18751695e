import type { Dataset } from '../dataset/dataset.js';
import type { Weights } from '../math/weights.js';
import { defineBaseline } from './fit/baseline.js';
import type { Baseline, FittedRouter } from './types.js';

/** What is expected of each LLM whatever the task `[numLlms]`, and on each task `[numLlms, numTasks]`. */
export interface TaskScores {
  overall: Float32Array;
  byTask: Float32Array;
}

/** A baseline that routes by what it learns to expect on each task. */
export interface TaskBaseline {
  name: string;
  title: string;
  scores(data: Dataset, train: Int32Array): TaskScores;
}

export function taskTables({ overall, byTask }: TaskScores): Weights {
  const numLlms = overall.length;
  return {
    overall: { shape: [numLlms], data: overall },
    by_task: { shape: [numLlms, byTask.length / numLlms], data: byTask },
  };
}

/** Routes by {@link taskTables} of the task that it is told; by what holds for all where there is none. */
function routeByTask({ overall, by_task: byTask }: Weights): FittedRouter {
  const numTasks = byTask!.shape[1]!;
  return {
    score: ({ task }) =>
      task < 0 ? overall!.data.slice() : overall!.data.map((_, l) => byTask!.data[l * numTasks + task]!),
  };
}

/** Routes by the query's task, which it is told. */
export function defineByTask({ scores, ...named }: TaskBaseline): Baseline {
  return defineBaseline({
    ...named,
    told: true,
    learn: (data, train) => taskTables(scores(data, train)),
    restore: routeByTask,
  });
}
