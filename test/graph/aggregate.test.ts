import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aggregateScores, QueryRanks, type RawScores } from '../../src/graph/aggregate.js';

type Answer = [query: number, llm: number, score: number, weight?: number];

function rawOf(answers: readonly Answer[]): RawScores {
  return {
    query: Int32Array.from(answers, ([query]) => query),
    llm: Int32Array.from(answers, ([, llm]) => llm),
    score: Float64Array.from(answers, ([, , score]) => score),
    weight: answers.some(([, , , weight]) => weight !== undefined)
      ? Float32Array.from(answers, ([, , , weight = 1]) => weight)
      : undefined,
    length: answers.length,
  };
}

function cellsOf(answers: readonly Answer[], recency?: readonly number[]): { score: number; count: number }[] {
  const ranks = new QueryRanks(2);
  ranks.append(0);
  ranks.append(1);
  const { score, count } = aggregateScores(rawOf(answers), ranks, 2, recency && Float32Array.from(recency));
  return Array.from(score, (mean, i) => ({ score: Number(mean.toFixed(6)), count: count[i]! }));
}

describe('scores of a query and an LLM', () => {
  test('are their mean, and count as many as they are', () => {
    assert.deepEqual(
      cellsOf([
        [0, 0, 1],
        [0, 0, 0],
        [0, 1, 0.5],
        [1, 0, 0.25],
      ]),
      [
        { score: 0.5, count: 2 },
        { score: 0.5, count: 1 },
        { score: 0.25, count: 1 },
      ],
    );
  });

  test('are their mean by weight, and count as much as they weigh, in 64ths', () => {
    assert.deepEqual(
      cellsOf([
        [0, 0, 0, 1],
        [0, 0, 0.8, 0.25],
        [1, 0, 0.8, 0.1],
        [1, 1, 1, 0.001],
      ]),
      [
        { score: 0.16, count: 1.25 },
        { score: 0.8, count: 6 / 64 },
        { score: 1, count: 1 / 64 },
      ],
    );
  });

  test('tell how many answers they are of, and how far they count for their age, where signals are among them', () => {
    const answers: Answer[] = [
      [0, 0, NaN],
      [0, 0, 0.8, 0.1],
      [0, 0, 1],
      [0, 1, NaN],
      [1, 0, NaN],
      [1, 0, NaN],
      [1, 0, 0.2, 0.25],
      [1, 1, 0.5, 0.5],
    ];
    const ranks = new QueryRanks(2);
    ranks.append(0);
    ranks.append(1);
    const raw = {
      ...rawOf(answers),
      observed: Uint8Array.of(0, 1, 1, 0, 0, 0, 1, 1),
      propensity: Float32Array.of(0.5, NaN, NaN, 0.25, 0.75, 0.25, NaN, NaN),
    };
    const recency = Float32Array.of(1, 1 / 16, 1 / 16, 1, 1, 1, 1, 1);
    const { llm, answers: of, age, count, propensity } = aggregateScores(raw, ranks, 2, recency);
    assert.deepEqual([...llm], [0, 0, 1]);
    assert.deepEqual([...of!], [1, 2, 1]);
    assert.deepEqual([...age!], [1 / 16, 1, 1]);
    assert.deepEqual([...count], [4 / 64, 0.25, 0.5]);
    assert.deepEqual([...propensity!], [0.5, 0.5, NaN]);
  });

  test('weights of 1 are as none, to the bit', () => {
    const scores: Answer[] = Array.from({ length: 40 }, (_, i) => [i % 2, (i >> 1) % 2, ((i * 7919) % 101) / 101]);
    const ages = scores.map((_, i) => (i % 3 === 0 ? 1 : 1 / 16));
    const [raw, ranks] = [rawOf(scores), new QueryRanks(2)];
    ranks.append(1);
    ranks.append(0);
    for (const recency of [undefined, Float32Array.from(ages)])
      assert.deepEqual(
        aggregateScores({ ...raw, weight: new Float32Array(40).fill(1) }, ranks, 2, recency),
        aggregateScores(raw, ranks, 2, recency),
      );
  });

  test('do not depend on the order in which they came', () => {
    const answers: Answer[] = [
      [0, 0, 0.1, 0.3],
      [0, 0, 0.2, 0.1],
      [0, 0, 0.2, 0.7],
      [0, 0, 0.9],
      [0, 0, 0.3, 0.05],
    ];
    const ages = [1, 1 / 16, 1, 1, 1 / 16];
    const order = [3, 0, 4, 2, 1];
    assert.deepEqual(
      cellsOf(
        order.map((i) => answers[i]!),
        order.map((i) => ages[i]!),
      ),
      cellsOf(answers, ages),
    );
  });

  test('from before a change count together as the weightiest of them', () => {
    const before: Answer[] = Array.from({ length: 1_000 }, () => [0, 0, 1, 0.5]);
    const ages = before.map(() => 1 / 16);
    assert.deepEqual(cellsOf([...before, [0, 0, 0, 0.5]], [...ages, 1]), [
      { score: Number((0.5 / 16 / (0.5 + 0.5 / 16)).toFixed(6)), count: 0.5 + 2 / 64 },
    ]);
  });
});
