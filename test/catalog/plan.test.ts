import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planOf } from '../../src/catalog/plan.js';
import { LlmProfile } from '../../src/schema/profile.js';

const llm = (id: string, facts: object = {}): LlmProfile => LlmProfile.parse({ id, ...facts });

test('a plan tells what is added, changed field by field, the same, and missing', () => {
  const sql = (accuracy: number, domains: string[]) => ({ task: 'sql', metrics: { accuracy }, domains });
  const plan = planOf(
    [
      llm('a', { size_b: 7, tags: ['x'], task_types: [sql(0.5, ['bi']), { task: 'chat' }], benchmarks: { mmlu: 0.5 } }),
      llm('b'),
      llm('gone'),
    ],
    [
      llm('new', { size_b: 1 }),
      llm('b'),
      llm('a', { tags: ['y'], task_types: [sql(0.6, ['bi'])], benchmarks: { mmlu: 0.5, gsm8k: 0.25 } }),
    ],
  );
  assert.deepEqual(
    plan.added.map(({ id }) => id as string),
    ['new'],
  );
  assert.deepEqual([plan.unchanged, plan.missing], [['b'], ['gone']]);
  assert.deepEqual(
    plan.changed.map(({ profile, fields }) => [profile.id as string, fields]),
    [
      [
        'a',
        [
          { field: 'size_b', before: 7, after: undefined },
          { field: 'benchmarks.gsm8k', before: undefined, after: 0.25 },
          { field: 'task_types.sql.metrics.accuracy', before: 0.5, after: 0.6 },
          { field: 'task_types.chat', before: {}, after: undefined },
          { field: 'tags', before: ['x'], after: ['y'] },
        ],
      ],
    ],
  );
});

test('nothing changes where all is as it was, and everything is new at first', () => {
  const profiles = [llm('a', { tags: ['x'] }), llm('b')];
  assert.deepEqual(planOf(profiles, profiles), { added: [], changed: [], unchanged: ['a', 'b'], missing: [] });
  assert.deepEqual(planOf([], profiles).added, profiles);
});
