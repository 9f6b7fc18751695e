import { taskStrengths } from './fit/strengths.js';
import { defineByTask } from './by-task.js';

/** Bradley–Terry strengths on the query's task, which it is told; of all comparisons where there is none. */
export const bradleyTerry = defineByTask({
  name: 'bradley-terry',
  title: 'per-task Bradley–Terry (reads the task)',
  scores: taskStrengths,
});
