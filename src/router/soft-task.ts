import { defineBaseline } from './fit/baseline.js';
import { taskMeans } from './fit/means.js';
import { routeBySoftTask, softTaskTables } from './by-soft-task.js';

/** The LLM with the best mean score on the tasks that the text looks like. Without task labels, the best single LLM. */
export const softTask = defineBaseline({
  name: 'soft-task',
  title: 'task inferred from text, then its best LLM',
  told: false,
  learn: (data, train, tools) => softTaskTables(data, train, tools, taskMeans(data, train)),
  restore: routeBySoftTask,
});
