import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Dataset } from '../../src/profile/structured/dataset.js';
import { BASELINES } from '../../src/router/baselines.js';
import { bestSingle } from '../../src/router/best-single.js';
import { nearestQueries } from '../../src/router/nearest-queries.js';
import { taskBest } from '../../src/router/task-best.js';
import type { Router } from '../../src/router/types.js';
import { datasetOf } from '../support/learn.js';
import { smallLog } from '../support/log.js';
import { handLog, type HandQuery } from '../support/rows.js';

const LLMS = ['a', 'b', 'unasked'];
const LOG: HandQuery[] = [
  { text: 'add one and two', task: 'sums', scores: { a: 1, b: 0 } },
  { text: 'add three and four', task: 'sums', scores: { a: 0.5, b: 0.25 } },
  { text: 'rhyme the moon', task: 'verse', scores: { b: 1 } },
  { text: 'held out', task: 'verse', scores: { a: 1, b: 0, unasked: 1 } },
];
const TRAIN = Int32Array.of(0, 1, 2);

const all = (data: Dataset): Int32Array => Int32Array.from({ length: data.numQueries }, (_, q) => q);
const near = (actual: Float32Array, expected: number[]): void => {
  assert.equal(actual.length, expected.length);
  expected.forEach((x, i) => assert.ok(Math.abs(actual[i]! - x) < 1e-6, `${actual.join()} for ${expected.join()}`));
};
const seen = (data: Dataset, query: number) => ({ vector: data.queries[query]!, task: data.taskOf[query]! });

/** What every baseline keeps to. */
function conformance(router: Router): void {
  describe(router.name, () => {
    it('answers a finite score for every LLM', async () => {
      for (const rows of [smallLog({ queries: 30 }), smallLog({ queries: 30, preferences: true }), smallLog({ queries: 30, untasked: true }), smallLog({ queries: 1 }), handLog(LLMS, LOG)]) {
        const data = await datasetOf(rows);
        const scores = router.fit(data, all(data)).score(seen(data, 0));
        assert.equal(scores.length, data.numLlms);
        assert.ok(scores.every(Number.isFinite));
      }
    });

    it('learns from the queries it is fitted on and from no other', async () => {
      const data = await datasetOf(handLog(LLMS, LOG));
      const other = await datasetOf(handLog(LLMS, [...LOG.slice(0, 3), { ...LOG[3]!, scores: { a: 0, b: 1, unasked: 0 } }]));
      for (const query of TRAIN) assert.deepEqual(router.fit(data, TRAIN).score(seen(data, query)), router.fit(other, TRAIN).score(seen(other, query)));
    });

    it(`${router.told ? 'reads' : 'does not read'} the task`, async () => {
      const data = await datasetOf(smallLog({ queries: 60 }));
      const fitted = router.fit(data, all(data));
      const [sums, verse] = [0, 1].map((task) => fitted.score({ vector: data.queries[0]!, task }));
      if (router.told) assert.notDeepEqual(sums, verse);
      else assert.deepEqual(sums, verse);
    });
  });
}

for (const router of BASELINES) conformance(router);

describe('by hand', () => {
  it('best single LLM: the mean score of each', async () => {
    const data = await datasetOf(handLog(LLMS, LOG));
    near(bestSingle.fit(data, TRAIN).score(seen(data, 2)), [0.75, 1.25 / 3, 0]);
  });

  it('per-task best: the mean on the task, with five answers’ worth of the overall mean', async () => {
    const data = await datasetOf(handLog(LLMS, LOG));
    const fitted = taskBest.fit(data, TRAIN);
    const meanB = 1.25 / 3;
    near(fitted.score({ vector: data.queries[0]!, task: data.tasks.indexOf('sums') }), [(1.5 + 5 * 0.75) / 7, (0.25 + 5 * meanB) / 7, 0]);
    near(fitted.score({ vector: data.queries[0]!, task: data.tasks.indexOf('verse') }), [0.75, (1 + 5 * meanB) / 6, 0]);
    near(fitted.score({ vector: data.queries[0]!, task: -1 }), [0.75, meanB, 0]);
  });

  it('k nearest: the mean over neighbours, with two answers’ worth of the overall mean', async () => {
    const data = await datasetOf(handLog(LLMS, LOG));
    // Three queries are under a hundred: all of them are neighbours.
    near(nearestQueries.fit(data, TRAIN).score(seen(data, 0)), [(1.5 + 2 * 0.75) / 4, (1.25 + 2 * (1.25 / 3)) / 5, 0]);
  });

  it('k nearest: of many queries, only the likest count', async () => {
    const queries = [
      ...Array.from({ length: 120 }, (_, i) => ({ text: `add the numbers ${i}`, scores: { a: 1, b: 0 } })),
      ...Array.from({ length: 120 }, (_, i) => ({ text: `rhyme about moonlight ${i}`, scores: { a: 0, b: 1 } })),
    ];
    const data = await datasetOf(handLog(['a', 'b'], queries));
    const fitted = nearestQueries.fit(data, all(data));
    near(fitted.score(seen(data, 3)), [(100 + 2 * 0.5) / 102, 1 / 102]);
    near(fitted.score(seen(data, 200)), [1 / 102, (100 + 2 * 0.5) / 102]);
  });
});
