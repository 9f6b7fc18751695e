import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alertedGroups, groupsOf } from '../../src/scoring/groups.js';
import type { KindShare, TaskShare } from '../../src/scoring/types.js';

const VECTOR = new Float32Array(0);
const of = (tasks: TaskShare[], kinds: KindShare[]) => ({
  tasksOf: (_vector: Float32Array, task?: string) => (task === undefined ? tasks : [{ task, probability: 1 }]),
  kindsOf: () => kinds,
});
const TASKS = [
  { task: 'math', probability: 0.7 },
  { task: 'law', probability: 0.3 },
];
const KINDS = [{ kind: 'sum, two', probability: 1 }];

describe('groups of answers', () => {
  test('are tasks where the scorer infers them, certainly the one that is told', () => {
    assert.deepEqual(groupsOf(of(TASKS, KINDS), VECTOR), {
      by: 'task',
      shares: [
        { group: 'math', probability: 0.7 },
        { group: 'law', probability: 0.3 },
      ],
    });
    const told = groupsOf(of(TASKS, KINDS), VECTOR, 'law');
    assert.deepEqual(told, { by: 'task', shares: [{ group: 'law', probability: 1 }] });
    assert.deepEqual(alertedGroups(told, 'law'), told.shares);
  });

  test('are kinds where it does not, told a task or not, so that answers and queries meet', () => {
    const kinds = { by: 'kind', shares: [{ group: 'sum, two', probability: 1 }] };
    assert.deepEqual(groupsOf(of([], KINDS), VECTOR), kinds);
    assert.deepEqual(groupsOf(of([], KINDS), VECTOR, 'math'), kinds);
    const groups = groupsOf(of([], KINDS), VECTOR);
    assert.deepEqual(alertedGroups(groups).at(-1), { group: 'unknown', probability: 1 });
    assert.deepEqual(alertedGroups(groups, 'math').at(-1), { group: 'math', probability: 1 });
  });

  test('are the task that is told where there are no kinds, or none', () => {
    assert.deepEqual(groupsOf(of([], []), VECTOR, 'math').shares, [{ group: 'math', probability: 1 }]);
    assert.deepEqual(groupsOf(of([], []), VECTOR).shares, []);
  });
});
