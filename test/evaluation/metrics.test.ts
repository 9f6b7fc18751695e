import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addQuery, calibrationError, createTally, oracleScores, rankingAccuracy, routedMean, type Tally } from '../../src/evaluation/metrics.js';
import { datasetOf } from '../support/learn.js';
import { handLog, type HandQuery } from '../support/rows.js';

const LLMS = ['a', 'b', 'c'];

/** The tally of routers' scores, one row per query. */
async function tallyOf(queries: HandQuery[], scores: number[][]): Promise<Tally> {
  const data = await datasetOf(handLog(LLMS, queries));
  const tally = createTally();
  queries.forEach((_, q) => addQuery(tally, data, q, Float32Array.from(scores[q]!)));
  return tally;
}

const near = (actual: number, expected: number): void => assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} for ${expected}`);

describe('routed mean', () => {
  it('is the mean score of the LLM with the best expected score', async () => {
    const tally = await tallyOf(
      [
        { text: '1', scores: { a: 0.25, b: 1, c: 0 } },
        { text: '2', scores: { a: 0.5, b: 0.75, c: 1 } },
      ],
      [
        [0.9, 0.1, 0.2],
        [0.1, 0.2, 0.3],
      ],
    );
    assert.equal(tally.queries, 2);
    near(routedMean(tally), (0.25 + 1) / 2);
  });

  it('chooses among LLMs with a logged score, so that each choice has one', async () => {
    near(routedMean(await tallyOf([{ text: '1', scores: { a: 0.25, b: 1 } }], [[0.5, 0.1, 0.9]])), 0.25);
  });

  it('takes no query on which there is nothing to choose', async () => {
    const tally = await tallyOf([{ text: '1', scores: { a: 1 } }, { text: '2', pairs: [['a', 'b']] }], [[1, 0, 0], [1, 0, 0]]);
    assert.equal(tally.queries, 0);
    assert.ok(Number.isNaN(routedMean(tally)));
  });

  it('takes the first of equals', async () => {
    near(routedMean(await tallyOf([{ text: '1', scores: { a: 0.25, b: 1, c: 0.5 } }], [[0.5, 0.5, 0.5]])), 0.25);
  });
});

describe('ranking accuracy', () => {
  it('counts comparisons ranked right, ties half', async () => {
    const tally = await tallyOf(
      [
        { text: '1', pairs: [['a', 'b'], ['c', 'b'], ['b', 'a']] },
        { text: '2', pairs: [['c', 'a']] },
      ],
      [
        [0.7, 0.2, 0.2],
        [0.5, 0.1, 0.6],
      ],
    );
    assert.equal(tally.comparisons, 4);
    near(rankingAccuracy(tally), (1 + 0.5 + 0 + 1) / 4);
  });

  it('is nothing where nothing was compared', async () => {
    assert.ok(Number.isNaN(rankingAccuracy(await tallyOf([{ text: '1', scores: { a: 1 } }], [[1, 0, 0]]))));
  });
});

describe('calibration error', () => {
  it('is the gap between expected and observed per bin, weighted by its size', async () => {
    // Bin [0.8, 0.9): 0.84375 expected for 0.75, too much. Bin [0.1, 0.2): 0.15 for 0.25, too little.
    const tally = await tallyOf([{ text: '1', scores: { a: 1, b: 0.5, c: 0.25 } }], [[0.8125, 0.875, 0.15]]);
    near(calibrationError(tally), (2 * (0.84375 - 0.75) + (0.25 - 0.15)) / 3);
  });

  it('is 0 for one who is right on the whole, and puts 0 and 1 into the outer bins', async () => {
    near(calibrationError(await tallyOf([{ text: '1', scores: { a: 1, b: 0 } }, { text: '2', scores: { a: 1, b: 0 } }], [[0.5, 0.5, 0], [0.5, 0.5, 0]])), 0);
    const outer = await tallyOf([{ text: '1', scores: { a: 1, b: 0 } }], [[1, 0, 0]]);
    assert.deepEqual([outer.bins[9]!.count, outer.bins[0]!.count], [1, 1]);
    near(calibrationError(outer), 0);
  });

  it('does not take the share of comparisons won for a measured score', async () => {
    const tally = await tallyOf([{ text: '1', scores: { c: 0.5 }, pairs: [['a', 'b']] }], [[0.9, 0.9, 0.5]]);
    assert.equal(tally.bins.reduce((sum, bin) => sum + bin.count, 0), 1);
    near(calibrationError(tally), 0);
  });
});

describe('the oracle', () => {
  it('knows each held-out score', async () => {
    const data = await datasetOf(handLog(LLMS, [{ text: '1', scores: { b: 0.25, c: 0.75 } }]));
    assert.deepEqual(oracleScores(data, 0), Float32Array.of(0, 0.25, 0.75));
  });

  it('knows who won, where LLMs were only compared', async () => {
    const data = await datasetOf(handLog(LLMS, [{ text: '1', pairs: [['b', 'a'], ['b', 'c'], ['c', 'a']] }]));
    assert.deepEqual(oracleScores(data, 0), Float32Array.of(0, 1, 0.5));
    const tally = createTally();
    addQuery(tally, data, 0, oracleScores(data, 0));
    assert.equal(rankingAccuracy(tally), 1);
  });
});
