import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { forgetLlm, sumRecords, withoutQueries } from '../../src/dataset/records.js';
import { datasetOf } from '../support/learn.js';
import { handLog } from '../support/rows.js';

const dataset = () =>
  datasetOf(
    handLog(
      ['a', 'b'],
      [
        { text: '1', task: 'x', scores: { a: 1, b: 0.5 } },
        { text: '2', task: 'y', scores: { a: 0.25 } },
        { text: '3', scores: { b: 1 } },
        { text: '4', task: 'y', scores: { a: 0.5, b: 0.5 } },
      ],
    ),
  );

describe('sums of logged scores', () => {
  test('are per LLM, and per LLM and task', async () => {
    const sums = sumRecords(await dataset(), [0, 1, 2]);
    assert.deepEqual(
      [[...sums.sum], [...sums.count]],
      [
        [1.25, 1.5],
        [2, 2],
      ],
    );
    // LLM-major: a on x and y, b on x and y; query 3 is of no task.
    assert.deepEqual(
      [[...sums.taskSum], [...sums.taskCount]],
      [
        [1, 0.25, 0.5, 0],
        [1, 1, 1, 0],
      ],
    );
  });

  test('without some queries are those of the others, and the whole stays as it was', async () => {
    const data = await dataset();
    const all = sumRecords(data, [0, 1, 2, 3]);
    assert.deepEqual(withoutQueries(data, all, [0, 3]), sumRecords(data, [1, 2]));
    assert.deepEqual(all, sumRecords(data, [0, 1, 2, 3]));
  });

  test('count answers from before a change in part, and leave nothing when they are taken out', async () => {
    const data = await datasetOf(
      handLog(
        ['a', 'b'],
        [
          ...Array.from({ length: 70 }, (_, i) => ({
            text: `old ${i}`,
            task: 'x',
            scores: { a: 1 / 3, b: 0.1 },
            stale: ['a'],
          })),
          { text: 'new', task: 'x', scores: { a: 0.5 } },
          { text: 'other', task: 'y', scores: {} },
        ],
      ),
    );
    const all = Int32Array.from({ length: 71 }, (_, q) => q);
    const sums = sumRecords(data, all);
    assert.deepEqual(
      [[...sums.count], [...sums.taskCount]],
      [
        [70 / 16 + 1, 70],
        [70 / 16 + 1, 0, 70, 0],
      ],
    );
    assert.ok(Math.abs(sums.sum[0]! - (70 / 48 + 0.5)) < 1e-5, String(sums.sum));
    const rest = withoutQueries(data, sums, all);
    assert.deepEqual(
      [[...rest.count], [...rest.taskCount]],
      [
        [0, 0],
        [0, 0, 0, 0],
      ],
    );
  });

  test('of a single task are those over all', async () => {
    const rows = handLog(['a'], [{ text: '1', task: 'x', scores: { a: 1 } }]);
    const sums = sumRecords(await datasetOf(rows), [0]);
    assert.deepEqual([[...sums.count], [...sums.taskCount]], [[1], [0]]);
  });

  test('forget an LLM as if it had just arrived, and nobody else', async () => {
    const data = await dataset();
    const sums = sumRecords(data, [0, 1, 2, 3]);
    forgetLlm(data, sums, 0);
    assert.deepEqual(
      [[...sums.sum], [...sums.count], [...sums.taskSum], [...sums.taskCount]],
      [
        [0, 2],
        [0, 3],
        [0, 0, 0.5, 0.5],
        [0, 0, 1, 1],
      ],
    );
  });
});
