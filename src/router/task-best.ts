import { defineBaseline } from './fit/baseline.js';
import { taskMeans } from './fit/means.js';
import { routeByTask, taskTables } from './by-task.js';

/** The LLM with the best mean score on the query's task, which it is told; smoothed towards each LLM's mean. */
export const taskBest = defineBaseline({
  name: 'task-best',
  title: 'per-task best (reads the task)',
  told: true,
  learn: (data, train) => taskTables(taskMeans(data, train)),
  restore: routeByTask,
});
