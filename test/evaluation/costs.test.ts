import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { estimateCosts, unpriced } from '../../src/evaluation/costs.js';
import { area, costAt, extreme, frontier, tradeAt } from '../../src/evaluation/frontier.js';
import type { HeldOut } from '../../src/measure/predictions.js';
import type { GraphRows } from '../../src/graph/rows.js';
import { LlmProfile } from '../../src/schema/profile.js';
import { datasetOf } from '../support/learn.js';
import { handLog } from '../support/rows.js';

/** `small` costs a tenth of `big`, which is always right; `small` is on the first query alone. */
async function two(): Promise<{ rows: GraphRows; held: HeldOut }> {
  const rows = handLog(
    ['small', 'big'],
    [
      { text: 'aaaa', scores: { small: 1, big: 1 } },
      { text: 'b', scores: { small: 0, big: 1 } },
    ],
  );
  rows.llms = [
    LlmProfile.parse({ id: 'small', input_price: 1, output_price: 1 }),
    LlmProfile.parse({ id: 'big', input_price: 10, output_price: 10 }),
  ];
  return { rows, held: { data: await datasetOf(rows), queries: Int32Array.of(0, 1) } };
}

describe('costs', () => {
  test('are of the query’s characters and an answer of 256 tokens, at the catalogue’s prices', async () => {
    const { rows, held } = await two();
    assert.deepEqual(
      Array.from(estimateCosts(held, rows), (c) => Math.round(c * 1e6)),
      [257, 2570, 257, 2570],
    );
    assert.deepEqual(unpriced(held, rows), []);
  });

  test('can’t be told of an LLM with scores and half a price', async () => {
    const { rows, held } = await two();
    rows.llms = [LlmProfile.parse({ id: 'small', input_price: 1 }), rows.llms[1]!];
    assert.deepEqual(unpriced(held, rows), ['small']);
  });
});

describe('trading cost for quality', () => {
  test('goes from the best LLM for each query to the cheapest', async () => {
    const { rows, held } = await two();
    const costs = estimateCosts(held, rows);
    const scores = Float32Array.of(0.8, 0.9, 0.2, 0.9);
    const million = (point: { cost: number; score: number }) => [Math.round(point.cost * 1e6), point.score];
    const at = (weight: number) => million(tradeAt(held, { scores, costs, weight, unit: 0.00257 }));
    assert.deepEqual(at(0), [2570, 1]);
    // Of a call of the big LLM, 0.9 are saved: 0.15 is worth more than the first query's 0.1, not than the second's
    // 0.7.
    assert.deepEqual(at(0.15 / 0.9), [1413, 1]);
    assert.deepEqual(at(1), [257, 0.5]);
    assert.deepEqual(
      [million(extreme(held, costs, 1)), million(extreme(held, costs, -1))],
      [
        [257, 0.5],
        [2570, 1],
      ],
    );
  });

  test('keeps of a curve what is better than all that is cheaper', () => {
    const points = [
      { cost: 3, score: 0.6 },
      { cost: 1, score: 0.5 },
      { cost: 2, score: 0.4 },
      { cost: 3, score: 0.7 },
    ];
    assert.deepEqual(frontier(points), [
      { cost: 1, score: 0.5 },
      { cost: 3, score: 0.7 },
    ]);
    assert.deepEqual([costAt(points, 0.6), costAt(points, 0.5), costAt(points, 0.8)], [3, 1, Infinity]);
  });

  test('has an area: the mean, over costs, of the best score for at most each', () => {
    const points = [
      { cost: 1, score: 0.5 },
      { cost: 3, score: 0.7 },
    ];
    assert.ok(Math.abs(area(points, 1, 5) - (0.5 * 2 + 0.7 * 2) / 4) < 1e-12);
    assert.equal(area(points, 1, 2), 0.5);
    assert.ok(Number.isNaN(area(points, 2, 2)), 'where all LLMs cost the same');
  });
});
