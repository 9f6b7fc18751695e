import { taskStrengths } from './fit/strengths.js';
import { defineBySoftTask } from './by-soft-task.js';

/** Bradley–Terry strengths on the tasks that the text looks like. Without task labels, strengths over all queries. */
export const softBradleyTerry = defineBySoftTask({
  name: 'soft-bradley-terry',
  title: 'task inferred from text, then Bradley–Terry',
  scores: taskStrengths,
});
