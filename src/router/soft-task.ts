import { taskMeans } from './fit/means.js';
import { defineBySoftTask } from './by-soft-task.js';

/** The LLM with the best mean score on the tasks that the text looks like. Without task labels, the best single LLM. */
export const softTask = defineBySoftTask({
  name: 'soft-task',
  title: 'task inferred from text, then its best LLM',
  scores: taskMeans,
});
