import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { baselineByName, BASELINES } from '../../src/router/baselines.js';
import { bestSingle } from '../../src/router/best-single.js';
import { nearestQueries } from '../../src/router/nearest-queries.js';
import { taskBest } from '../../src/router/task-best.js';
import { datasetOf } from '../support/learn.js';
import { handLog, type HandQuery } from '../support/rows.js';
import { baselineConformance } from './conformance.js';
import { all, seen, tools } from './logs.js';

const LLMS = ['a', 'b', 'unasked'];
const LOG: HandQuery[] = [
  { text: 'add one and two', task: 'sums', scores: { a: 1, b: 0 } },
  { text: 'add three and four', task: 'sums', scores: { a: 0.5, b: 0.25 } },
  { text: 'rhyme the moon', task: 'verse', scores: { b: 1 } },
  { text: 'held out', task: 'verse', scores: { a: 1, b: 0, unasked: 1 } },
];
const TRAIN = Int32Array.of(0, 1, 2);

const near = (actual: Float32Array, expected: number[]): void => {
  assert.equal(actual.length, expected.length);
  expected.forEach((x, i) => assert.ok(Math.abs(actual[i]! - x) < 1e-6, `${actual.join()} for ${expected.join()}`));
};

for (const baseline of BASELINES) baselineConformance(baseline);

describe('baselines', () => {
  test('are found by their names, which differ', () => {
    for (const baseline of BASELINES) assert.equal(baselineByName(baseline.name), baseline);
    assert.equal(baselineByName('none of them'), undefined);
    assert.equal(new Set(BASELINES.flatMap(({ name, title }) => [name, title])).size, 2 * BASELINES.length);
  });
});

describe('by hand', () => {
  test('best single LLM: the mean score of each', async () => {
    const data = await datasetOf(handLog(LLMS, LOG));
    near((await bestSingle.fit(data, TRAIN, tools())).score(seen(data, 2)), [0.75, 1.25 / 3, 0]);
  });

  test('best single LLM: the log’s incumbent, but where another is surely better', async () => {
    const bestOf = async (lucky: number): Promise<number> => {
      const queries = Array.from({ length: 100 + lucky }, (_, i): HandQuery => {
        return { text: `query ${i}`, scores: i < 100 ? { a: Number(i % 5 < 2) } : { b: 1 } };
      });
      const data = await datasetOf(handLog(['a', 'b'], queries));
      const fitted = await bestSingle.fit(data, Int32Array.from(queries.keys()), tools());
      const [a, b] = fitted.score(seen(data, 0)) as unknown as [number, number];
      return a > b ? 0 : 1;
    };
    assert.deepEqual([await bestOf(2), await bestOf(40)], [0, 1]);
  });

  test('per-task best: the mean on the task, with five answers’ worth of the overall mean', async () => {
    const data = await datasetOf(handLog(LLMS, LOG));
    const fitted = await taskBest.fit(data, TRAIN, tools());
    const meanB = 1.25 / 3;
    near(fitted.score({ vector: data.queries.at(0)!, task: data.tasks.indexOf('sums') }), [
      (1.5 + 5 * 0.75) / 7,
      (0.25 + 5 * meanB) / 7,
      0,
    ]);
    near(fitted.score({ vector: data.queries.at(0)!, task: data.tasks.indexOf('verse') }), [
      0.75,
      (1 + 5 * meanB) / 6,
      0,
    ]);
    near(fitted.score({ vector: data.queries.at(0)!, task: -1 }), [0.75, meanB, 0]);
  });

  test('k nearest: the mean over neighbours, with two answers’ worth of the overall mean', async () => {
    const data = await datasetOf(handLog(LLMS, LOG));
    // Three queries are under a hundred: all of them are neighbours.
    near((await nearestQueries.fit(data, TRAIN, tools())).score(seen(data, 0)), [
      (1.5 + 2 * 0.75) / 4,
      (1.25 + 2 * (1.25 / 3)) / 5,
      0,
    ]);
  });

  test('k nearest: of many queries, only the likest count', async () => {
    const queries = [
      ...Array.from({ length: 120 }, (_, i) => ({ text: `add the numbers ${i}`, scores: { a: 1, b: 0 } })),
      ...Array.from({ length: 120 }, (_, i) => ({ text: `rhyme about moonlight ${i}`, scores: { a: 0, b: 1 } })),
    ];
    const data = await datasetOf(handLog(['a', 'b'], queries));
    const fitted = await nearestQueries.fit(data, all(data), tools());
    near(fitted.score(seen(data, 3)), [(100 + 2 * 0.5) / 102, 1 / 102]);
    near(fitted.score(seen(data, 200)), [1 / 102, (100 + 2 * 0.5) / 102]);
  });
});
