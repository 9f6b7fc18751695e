import { NO_TASK } from '../../dataset/dataset.js';
import type { CrossValidated } from '../folds.js';
import { meanOf, outcomesOf, utilities } from '../../measure/outcomes.js';
import { LEARNED, ORACLE } from '../../measure/predictions.js';
import { empty, figure, leftOut, type Measured } from './parts.js';

const SHOWN = ['best-single', LEARNED.name, 'task-best', ORACLE.name];

/** Where it pays: the same by task. */
export function tasksSection(held: CrossValidated): Measured {
  const section = empty('tasks', 'By task');
  const { data, queries, predictions } = held;
  if (data.tasks[0] === NO_TASK) return leftOut(section, 'the log names no tasks.');
  const shown = SHOWN.map((name) => predictions.find((p) => p.name === name)!);
  const worth = shown.map((p) => utilities(outcomesOf(held, p.scores)));
  const rowOf = (name: string, task: number): (string | number | null)[] => {
    const of = worth.map((w) => w.filter((x, i) => data.taskOf[queries[i]!] === task && !Number.isNaN(x)));
    return [name, of[0]!.length, ...of.map((w) => figure(meanOf(w)))];
  };
  const rows = [...data.tasks.map(rowOf), rowOf('(no task)', -1)].filter((row) => row[1] !== 0);
  return {
    ...section,
    tables: [
      {
        caption: 'Mean score of the chosen LLM, or share of comparisons ranked right',
        header: ['task', 'queries', ...shown.map((p) => p.title)],
        rows,
        digits: [0, 0, 4, 4, 4, 4],
      },
    ],
  };
}
