import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LlmProfile } from '../../src/schema/profile.js';
import type { Dataset } from '../../src/dataset/dataset.js';
import { factsLength, factsVector } from '../../src/dataset/facts.js';
import { datasetOf, encoder } from '../support/learn.js';
import { smallLog } from '../support/log.js';
import { handLog } from '../support/rows.js';

/** The evidence of a query as `[llm, score, measured]`. */
function evidenceOf({ evidence, llms }: Dataset, query: number): [string, number, boolean][] {
  const { start, llm, score, measured } = evidence;
  return Array.from({ length: start[query + 1]! - start[query]! }, (_, i) => [
    llms[llm[start[query]! + i]!]!,
    score[start[query]! + i]!,
    measured[start[query]! + i] === 1,
  ]);
}

describe('dataset', () => {
  test('has each query’s evidence, by query and LLM', async () => {
    const data = await datasetOf(
      handLog(
        ['a', 'b', 'c'],
        [{ text: '1', scores: { c: 0.5, a: 1 } }, { text: '2' }, { text: '3', scores: { b: 0 } }],
      ),
    );
    assert.deepEqual(evidenceOf(data, 0), [
      ['a', 1, true],
      ['c', 0.5, true],
    ]);
    assert.deepEqual(evidenceOf(data, 1), []);
    assert.deepEqual(evidenceOf(data, 2), [['b', 0, true]]);
  });

  test('lets the share of comparisons won stand in where no score was measured', async () => {
    const data = await datasetOf(
      handLog(
        ['a', 'b', 'c'],
        [
          {
            text: '1',
            scores: { a: 0.25 },
            pairs: [
              ['b', 'a'],
              ['b', 'c'],
              ['c', 'b'],
            ],
          },
        ],
      ),
    );
    const found = evidenceOf(data, 0);
    assert.deepEqual(
      found.map(([llm, , measured]) => [llm, measured]),
      [
        ['a', true],
        ['b', false],
        ['c', false],
      ],
    );
    assert.equal(found[0]![1], 0.25);
    assert.ok(Math.abs(found[1]![1] - 2 / 3) < 1e-6);
    assert.equal(found[2]![1], 0.5);
  });

  test('knows tasks, or has one that stands for all', async () => {
    const tasked = await datasetOf(
      handLog(
        ['a'],
        [
          { text: '1', task: 'x', scores: { a: 1 } },
          { text: '2', scores: { a: 1 } },
        ],
      ),
    );
    assert.deepEqual([tasked.tasks, [...tasked.taskOf]], [['x'], [0, -1]]);
    const untasked = await datasetOf(smallLog({ queries: 3, untasked: true }));
    assert.deepEqual([untasked.numTasks, [...untasked.taskOf]], [1, [0, 0, 0]]);
    const flat = await datasetOf(smallLog({ queries: 3 }), 'flat');
    assert.deepEqual([flat.numTasks, flat.familyText.rows, flat.llmFamily.cols], [1, 0, 0]);
  });

  test('of a log whose queries have no task has none, whatever benchmarks and catalogue name', async () => {
    const rows = smallLog({ queries: 3, untasked: true });
    const tasks = [{ id: 'gsm8k', description: '' }];
    const named = {
      ...rows,
      tasks,
      domains: [{ id: 'maths', description: '' }],
      taskDomains: [[0, 0] as [number, number]],
    };
    const data = await datasetOf(named);
    assert.deepEqual([data.tasks, data.numTasks, [...data.taskOf]], [['*'], 1, [0, 0, 0]]);
    assert.deepEqual([data.taskText.rows, data.taskDomain.rows, data.declaredAt.cols], [1, 1, 1]);
  });

  test('joins each LLM to its family, and tasks to domains, with weights that sum to 1 or 0', async () => {
    const data = await datasetOf(smallLog({ queries: 4 }));
    assert.deepEqual([...data.llmFamily.data], [0, 1, 0, 0, 1, 0]);
    assert.deepEqual([...data.taskDomain.data], [0, 1]);
  });
});

describe('declared facts', () => {
  const dim = 3;
  const facts = (llm: object, overall?: number): Float32Array =>
    factsVector({ id: 'x', ...llm } as LlmProfile, new Float32Array(dim), overall);

  test('are all zeros where nothing is declared', () => {
    assert.equal(facts({}).length, factsLength(dim));
    assert.ok(facts({}).every((x) => x === 0));
  });

  test('say which numbers are known: a price of 0 is not the same as none', () => {
    for (const known of [{ size_b: 10 }, { input_price: 0 }, { output_price: 0 }, { context_tokens: 1000 }]) {
      const vector = facts(known);
      assert.ok(vector.every(Number.isFinite));
      assert.equal(vector.filter((x) => x === 1).length, 1, JSON.stringify(known));
    }
  });

  test('say by how much an LLM is better than usual, 0 being another thing than none', () => {
    assert.deepEqual([...facts({}, 0).subarray(-2)], [0, 1]);
    assert.deepEqual([...facts({}, 0.25).subarray(-2)], [1, 1]);
  });

  test('have the encoded description and tags', async () => {
    const rows = handLog(['a', 'b'], [{ text: '1', scores: { a: 1 } }]);
    const data = await datasetOf({
      ...rows,
      llms: [{ ...rows.llms[0]!, description: 'writes verse', tags: ['fast'] }, rows.llms[1]!],
    });
    assert.deepEqual(data.llmFacts.data.slice(0, encoder.dim), encoder.encodeSync!('writes verse fast'));
    assert.ok(data.llmFacts.data.slice(data.llmFacts.cols).every((x) => x === 0));
  });
});
