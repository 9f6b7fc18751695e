import type { Weights } from '../math/weights.js';
import type { FittedRouter } from './types.js';

/** What is expected of each LLM whatever the task `[numLlms]`, and on each task `[numLlms, numTasks]`. */
export interface TaskScores {
  overall: Float32Array;
  byTask: Float32Array;
}

export function taskTables({ overall, byTask }: TaskScores): Weights {
  const numLlms = overall.length;
  return {
    overall: { shape: [numLlms], data: overall },
    by_task: { shape: [numLlms, byTask.length / numLlms], data: byTask },
  };
}

/** Routes by {@link taskTables} of the task that it is told; by what holds for all where there is none. */
export function routeByTask({ overall, by_task: byTask }: Weights): FittedRouter {
  const numTasks = byTask!.shape[1]!;
  return {
    score: ({ task }) =>
      task < 0 ? overall!.data.slice() : overall!.data.map((_, l) => byTask!.data[l * numTasks + task]!),
  };
}
