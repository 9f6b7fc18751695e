import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import {
  addAnswer,
  addSums,
  latencyQuantile,
  meanScore,
  noAnswers,
  type SummedAnswer,
} from '../../src/machines/answer-sums.js';

const answer = (more: Partial<SummedAnswer>): SummedAnswer => ({
  score: null,
  weight: 1,
  cost_usd: null,
  latency_ms: null,
  error: null,
  signal: null,
  ...more,
});

test('quantiles are within a tenth of what they are of the latencies themselves', () => {
  const rng = createRng(1);
  const latencies = Array.from({ length: 5_000 }, () => 40 * Math.exp(1.2 * rng.normal() + 2));
  const [one, other] = [noAnswers(), noAnswers()];
  latencies.forEach((latency_ms, i) => addAnswer(i % 2 === 0 ? one : other, answer({ latency_ms })));
  addSums(one, other);
  const sorted = latencies.toSorted((a, b) => a - b);
  for (const share of [0.1, 0.5, 0.9, 0.99]) {
    const exact = sorted[Math.floor(share * sorted.length)]!;
    assert.ok(Math.abs(latencyQuantile(one, share)! / exact - 1) < 0.1, `${share}`);
  }
  assert.equal(latencyQuantile(noAnswers(), 0.5), null);
});

test('the interval of a mean score covers the truth in about 95 of 100 samples', () => {
  const rng = createRng(2);
  let covered = 0;
  for (let run = 0; run < 400; run++) {
    const sums = noAnswers();
    for (let i = 0; i < 60; i++) addAnswer(sums, answer({ score: Number(rng.next() < 0.7) }));
    const { low, high } = meanScore(sums)!;
    if (low! <= 0.7 && high! >= 0.7) covered++;
  }
  assert.ok(covered >= 365 && covered <= 395, `${covered}`);
});

test('a signal scores an answer, and is none; an answer that failed tells no latency', () => {
  const sums = noAnswers();
  addAnswer(sums, answer({ score: 1, cost_usd: 0.5, latency_ms: 100 }));
  addAnswer(sums, answer({ score: 0, weight: 0.5, signal: 'judge' }));
  addAnswer(sums, answer({ error: 'timeout', latency_ms: 30_000 }));
  assert.deepEqual([sums.sums.answers, sums.sums.errors, sums.sums.cost_usd], [2, 1, 0.5]);
  assert.equal(meanScore(sums)!.mean, 1 / 1.5);
  assert.ok(latencyQuantile(sums, 0.99)! < 120);
  assert.equal(meanScore(noAnswers()), null);
  const single = noAnswers();
  addAnswer(single, answer({ score: 0.4 }));
  assert.deepEqual(meanScore(single), { mean: 0.4, low: null, high: null });
});
