import type { ReportSection } from '../../schema/evaluation.js';
import { NO_TASK } from '../../profile/structured/dataset.js';
import type { CrossValidated } from '../folds.js';
import { outcomesOf, utilities, meanOf } from '../outcomes.js';
import { LEARNED, ORACLE } from '../predictions.js';

const SHOWN = ['best-single', LEARNED.name, 'task-best', ORACLE.name];

/** Where it pays: the same by task. */
export function tasksSection(held: CrossValidated): ReportSection {
  const { data, queries, predictions } = held;
  const section: ReportSection = { id: 'tasks', title: 'By task', notes: [], tables: [], plots: [] };
  if (data.tasks[0] === NO_TASK) return { ...section, notes: ['Left out: the log names no tasks.'] };
  const shown = SHOWN.map((name) => predictions.find((p) => p.name === name)!);
  const worth = shown.map((p) => utilities(outcomesOf(held, p.scores)));
  const rows = data.tasks.map((task, t) => {
    const of = worth.map((w) => w.filter((_, i) => data.taskOf[queries[i]!] === t));
    return [task, of[0]!.length, ...of.map((w) => (Number.isFinite(meanOf(w)) ? meanOf(w) : null))];
  });
  return { ...section, tables: [{ caption: 'Mean score (or share of comparisons ranked right)', header: ['task', 'queries', ...shown.map((p) => p.title)], rows, digits: [0, 0, 4, 4, 4, 4] }] };
}
