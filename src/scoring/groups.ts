import type { Scorer } from './types.js';
import type { GroupShare } from '../machines/correction.js';

/** Groups that a query may be of, and what they are. */
export interface Groups {
  by: 'task' | 'kind';
  shares: GroupShare[];
}

/** What a query is grouped by: the tasks that it may be of, or kinds where no task is known. */
export function groupsOf(scorer: Pick<Scorer, 'tasksOf' | 'kindsOf'>, vector: Float32Array, task?: string): Groups {
  const tasks = scorer.tasksOf(vector, task);
  if (tasks.length > 0)
    return { by: 'task', shares: tasks.map((t) => ({ group: t.task, probability: t.probability })) };
  const kinds = scorer.kindsOf(vector);
  return { by: 'kind', shares: kinds.map((k) => ({ group: k.kind, probability: k.probability })) };
}
