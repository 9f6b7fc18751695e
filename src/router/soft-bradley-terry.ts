import { defineBaseline } from './fit/baseline.js';
import { taskStrengths } from './fit/strengths.js';
import { routeBySoftTask, softTaskTables } from './by-soft-task.js';

/** Bradley–Terry strengths on the tasks that the text looks like. Without task labels, strengths over all queries. */
export const softBradleyTerry = defineBaseline({
  name: 'soft-bradley-terry',
  title: 'task inferred from text, then Bradley–Terry',
  told: false,
  learn: (data, train, tools) => softTaskTables(data, train, tools, taskStrengths(data, train)),
  restore: routeBySoftTask,
});
