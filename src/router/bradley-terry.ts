import { defineBaseline } from './fit/baseline.js';
import { taskStrengths } from './fit/strengths.js';
import { routeByTask, taskTables } from './by-task.js';

/** Bradley–Terry strengths on the query's task, which it is told; of all comparisons where there is none. */
export const bradleyTerry = defineBaseline({
  name: 'bradley-terry',
  title: 'per-task Bradley–Terry (reads the task)',
  told: true,
  learn: (data, train) => taskTables(taskStrengths(data, train)),
  restore: routeByTask,
});
