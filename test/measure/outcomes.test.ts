import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { calibrationOf } from '../../src/measure/calibration.js';
import {
  firstChoice,
  loggedLlms,
  meanOf,
  outcomesOf,
  rankingAccuracy,
  routedMean,
  utilities,
} from '../../src/measure/outcomes.js';
import { oracleScores, type HeldOut } from '../../src/measure/predictions.js';
import { datasetOf } from '../support/learn.js';
import { handLog, type HandQuery } from '../support/rows.js';

const LLMS = ['a', 'b', 'c'];

async function heldOut(queries: HandQuery[]): Promise<HeldOut> {
  return { data: await datasetOf(handLog(LLMS, queries)), queries: Int32Array.from(queries.keys()) };
}

/** Outcomes of routers' scores, one row per query. */
const outcomes = async (queries: HandQuery[], scores: number[][]) =>
  outcomesOf(await heldOut(queries), Float32Array.from(scores.flat()));
const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} for ${expected}`);

describe('what counts', () => {
  const log = handLog(LLMS, [
    { text: '1', scores: { a: 1, b: 0 } },
    { text: '2', scores: { a: 0, b: 1 } },
    { text: '3' },
  ]);
  const popular = { ...log, scores: { ...log.scores, count: Float32Array.of(7, 2, 2, 1) } };
  // Queries 1 and 2 were answered 9 and 3 times; a is chosen for both, of the third nothing is known.
  const scores = Float32Array.of(0.9, 0.1, 0, 0.9, 0.1, 0, 0.9, 0.1, 0);
  const routed = async (weigh?: 'queries' | 'traffic') => {
    const data = await datasetOf(popular);
    return outcomesOf({ data, queries: Int32Array.of(0, 1, 2), weigh }, scores);
  };

  test('is each query once, unless it is to be as often as it was answered', async () => {
    near(routedMean(await routed()), 0.5);
    near(routedMean(await routed('queries')), 0.5);
    near(routedMean(await routed('traffic')), 0.75);
  });

  test('weighs what routers are compared by in the same way', async () => {
    const worth = utilities(await routed('traffic'));
    assert.deepEqual([...worth], [1.5, 0, NaN]);
    near(meanOf(worth), 0.75);
  });

  test('is no other evidence: an answer that was given seven times weighs as one', async () => {
    const { evidence, traffic } = await datasetOf(popular);
    assert.deepEqual(
      [[...evidence.weight], [...traffic]],
      [
        [1, 1, 1, 1],
        [9, 3, 0],
      ],
    );
  });
});

describe('the chosen LLM', () => {
  test('is the one of the best expected score, and its score is what is counted', async () => {
    const { chosen, quality } = await outcomes(
      [
        { text: '1', scores: { a: 0.25, b: 1, c: 0 } },
        { text: '2', scores: { a: 0.5, b: 0.75, c: 1 } },
      ],
      [
        [0.9, 0.1, 0.2],
        [0.1, 0.2, 0.3],
      ],
    );
    assert.deepEqual(
      [Array.from(chosen), Array.from(quality)],
      [
        [0, 2],
        [0.25, 1],
      ],
    );
  });

  test('is among those with a logged score, so that each choice has one', async () => {
    assert.deepEqual(
      Array.from((await outcomes([{ text: '1', scores: { a: 0.25, b: 1 } }], [[0.5, 0.1, 0.9]])).chosen),
      [0],
    );
  });

  test('is none where there is nothing to choose', async () => {
    const found = await outcomes(
      [
        { text: '1', scores: { a: 1 } },
        { text: '2', pairs: [['a', 'b']] },
      ],
      [
        [1, 0, 0],
        [1, 0, 0],
      ],
    );
    assert.deepEqual(Array.from(found.chosen), [-1, -1]);
    assert.ok(Number.isNaN(routedMean(found)));
  });

  test('is none that has changed since it answered: what it was has no vote', async () => {
    const { chosen, quality } = await outcomes(
      [
        { text: '1', scores: { a: 1, b: 0.25, c: 0.5 }, stale: ['a'] },
        { text: '2', scores: { a: 1, b: 0.25 }, stale: ['a'] },
      ],
      [
        [0.9, 0.5, 0.1],
        [0.9, 0.5, 0.1],
      ],
    );
    assert.deepEqual(
      [Array.from(chosen), Array.from(quality)],
      [
        [1, -1],
        [0.25, NaN],
      ],
    );
  });

  test('is the first of equals', async () => {
    assert.deepEqual(
      Array.from((await outcomes([{ text: '1', scores: { a: 0.25, b: 1, c: 0.5 } }], [[0.5, 0.5, 0.5]])).chosen),
      [0],
    );
  });

  test('is among all LLMs that are in the log where answers don’t matter', async () => {
    assert.equal(firstChoice(Float32Array.of(0.9, 0.5, 0.5), [1, 2]), 1);
    assert.deepEqual(
      loggedLlms(
        await datasetOf(
          handLog(LLMS, [
            { text: '1', scores: { c: 0 } },
            { text: '2', pairs: [['c', 'a']] },
          ]),
        ),
      ),
      [0, 2],
    );
  });
});

describe('comparisons', () => {
  test('are counted where ranked right, ties half', async () => {
    const found = await outcomes(
      [
        {
          text: '1',
          pairs: [
            ['a', 'b'],
            ['c', 'b'],
            ['b', 'a'],
          ],
        },
        { text: '2', pairs: [['c', 'a']] },
        { text: '3', scores: { a: 1 } },
      ],
      [
        [0.7, 0.2, 0.2],
        [0.5, 0.1, 0.6],
        [0, 0, 0],
      ],
    );
    assert.deepEqual(
      [Array.from(found.comparisons), Array.from(found.right)],
      [
        [3, 1, 0],
        [1.5, 1, 0],
      ],
    );
    near(rankingAccuracy(found), 2.5 / 4);
  });

  test('stand in for scores in what a query was worth', async () => {
    const worth = utilities(
      await outcomes(
        [
          { text: '1', scores: { a: 0.25, b: 1 }, pairs: [['c', 'b']] },
          {
            text: '2',
            pairs: [
              ['c', 'a'],
              ['b', 'a'],
            ],
          },
          { text: '3', scores: { a: 1 } },
        ],
        [
          [0.9, 0, 0],
          [0.5, 0.2, 0.6],
          [0, 0, 0],
        ],
      ),
    );
    assert.deepEqual(Array.from(worth), [0.25, 0.5, NaN]);
    near(meanOf(worth), 0.375);
  });
});

describe('calibration', () => {
  test('is the gap between expected and observed per bin, weighted by its size', async () => {
    // Bin [0.8, 0.9): 0.84375 expected for 0.75, too much. Bin [0.1, 0.2): 0.15 for 0.25, too little.
    const { error, brier, bins } = calibrationOf(
      await heldOut([{ text: '1', scores: { a: 1, b: 0.5, c: 0.25 } }]),
      Float32Array.of(0.8125, 0.875, 0.15),
    );
    near(error, (2 * (0.84375 - 0.75) + (0.25 - 0.15)) / 3);
    near(brier, (0.1875 ** 2 + 0.375 ** 2 + 0.1 ** 2) / 3);
    assert.deepEqual(
      bins.map((b) => b.count),
      [0, 1, 0, 0, 0, 0, 0, 0, 2, 0],
    );
  });

  test('is 0 for one who is right on the whole, and puts 0 and 1 into the outer bins', async () => {
    const twice = await heldOut([
      { text: '1', scores: { a: 1, b: 0 } },
      { text: '2', scores: { a: 1, b: 0 } },
    ]);
    near(calibrationOf(twice, Float32Array.of(0.5, 0.5, 0, 0.5, 0.5, 0)).error, 0);
    const outer = calibrationOf(twice, Float32Array.of(1, 0, 0, 1, 0, 0));
    assert.deepEqual([outer.bins[9]!.count, outer.bins[0]!.count, outer.error], [2, 2, 0]);
  });

  test('does not take the share of comparisons won for a measured score', async () => {
    const { bins, error } = calibrationOf(
      await heldOut([{ text: '1', scores: { c: 0.5 }, pairs: [['a', 'b']] }]),
      Float32Array.of(0.9, 0.9, 0.5),
    );
    assert.equal(
      bins.reduce((sum, bin) => sum + bin.count, 0),
      1,
    );
    near(error, 0);
    assert.ok(
      Number.isNaN(calibrationOf(await heldOut([{ text: '1', pairs: [['a', 'b']] }]), new Float32Array(3)).error),
    );
  });
});

describe('the oracle', () => {
  test('knows each held-out score, and who won where LLMs were only compared', async () => {
    const held = await heldOut([
      { text: '1', scores: { b: 0.25, c: 0.75 } },
      {
        text: '2',
        pairs: [
          ['b', 'a'],
          ['b', 'c'],
          ['c', 'a'],
        ],
      },
    ]);
    const scores = oracleScores(held);
    assert.deepEqual(Array.from(scores), [0, 0.25, 0.75, 0, 1, 0.5]);
    assert.equal(rankingAccuracy(outcomesOf(held, scores)), 1);
  });
});
