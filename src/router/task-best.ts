import { TASK_STRENGTH } from './graph/features.js';
import { sumRecords } from '../profile/structured/records.js';
import type { Router } from './types.js';

/** The LLM with the best mean score on the query's task, which it is told; smoothed towards each LLM's mean. */
export const taskBest: Router = {
  name: 'per-task best (told the task)',
  told: true,
  fit(data, train) {
    const { sum, count, taskSum, taskCount } = sumRecords(data, train);
    const means = sum.map((s, l) => s / Math.max(1, count[l]!));
    return {
      score: ({ task }) =>
        task < 0 ? means : means.map((mean, l) => (taskSum[l * data.numTasks + task]! + TASK_STRENGTH * mean) / (taskCount[l * data.numTasks + task]! + TASK_STRENGTH)),
    };
  },
};
