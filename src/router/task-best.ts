import { taskMeans } from './fit/means.js';
import { defineByTask } from './by-task.js';

/** The LLM with the best mean score on the query's task, which it is told; smoothed towards each LLM's mean. */
export const taskBest = defineByTask({
  name: 'task-best',
  title: 'per-task best (reads the task)',
  scores: taskMeans,
});
