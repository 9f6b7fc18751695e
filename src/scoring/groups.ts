import type { GroupShare } from '../machines/correction.js';
import { UNKNOWN_TASK } from '../schema/drift.js';
import type { Scorer } from './types.js';

/** Groups that a query may be of, and what they are. */
export interface Groups {
  by: 'task' | 'kind';
  shares: GroupShare[];
}

const certainly = (group: string): GroupShare => ({ group, probability: 1 });

/**
 * What answers are grouped by: the tasks that a query may be of, where the scorer infers tasks; else its kinds, so that
 * an answer whose task is told and a query whose task is not meet; and where there are no kinds either, the task told.
 */
export function groupsOf(scorer: Pick<Scorer, 'tasksOf' | 'kindsOf'>, vector: Float32Array, task?: string): Groups {
  const inferred = scorer.tasksOf(vector);
  const kinds = inferred.length > 0 ? [] : scorer.kindsOf(vector);
  if (kinds.length > 0)
    return { by: 'kind', shares: kinds.map((k) => ({ group: k.kind, probability: k.probability })) };
  const tasks = task === undefined ? inferred : scorer.tasksOf(vector, task);
  return { by: 'task', shares: tasks.map((t) => ({ group: t.task, probability: t.probability })) };
}

/** What alerts are of: the same; and where that is kinds, the task that is told besides, and no known task at all. */
export function alertedGroups({ by, shares }: Groups, task?: string): GroupShare[] {
  return by === 'task' ? shares : [...shares, certainly(task ?? UNKNOWN_TASK)];
}

/** Shares with the likeliest first. */
export const likeliestFirst = <Share extends { probability: number }>(shares: readonly Share[]): Share[] =>
  shares.toSorted((a, b) => b.probability - a.probability);
