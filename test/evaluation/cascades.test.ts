import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { drawJudge, reported, runCascade, runPair, runSingle, type Asked } from '../../src/evaluation/cascades.js';
import { measuredSpread, type Answered } from '../../src/evaluation/spread.js';
import { DEFAULT_SPREAD, sharedEffectOf } from '../../src/cascade/shared-effect.js';
import { CascadeRequest } from '../../src/schema/cascade.js';
import type { LlmId } from '../../src/schema/ids.js';

const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

/** Queries whose LLMs share an effect of this spread, predicted as they are on average. */
function simulated(spread: number, size: number): Answered[] {
  const rng = createRng(9);
  const effect = sharedEffectOf(spread);
  return Array.from({ length: size }, () => {
    const predicted = Array.from({ length: 4 }, () => 0.2 + 0.6 * rng.next());
    let left = rng.next();
    const at = effect.prior.findIndex((p) => (left -= p) < 0);
    return { predicted, observed: predicted.map((p) => (rng.next() < effect.chances(p)[at]! ? 1 : 0)) };
  });
}

describe('the shared effect', () => {
  test('leaves every LLM its predicted quality, and is the more alike for all the wider it spreads', () => {
    for (const quality of [0, 0.003, 0.25, 0.5, 0.999, 1])
      for (const spread of [0, 2.7])
        near(
          sharedEffectOf(spread).prior.reduce((sum, p, k) => sum + p * sharedEffectOf(spread).chances(quality)[k]!, 0),
          quality,
          1e-9,
        );
    assert.ok(
      sharedEffectOf(0)
        .chances(0.3)
        .every((c) => Math.abs(c - 0.3) < 1e-9),
    );
  });

  test('is found again from how LLMs did', () => {
    for (const spread of [0.5, 1.5, 3]) near(measuredSpread(simulated(spread, 20_000)), spread, 0.3);
    assert.equal(measuredSpread([{ predicted: [0.5, 0.5], observed: [1, 0] }]), DEFAULT_SPREAD, 'two LLMs do not tell');
  });
});

describe('a simulated judge', () => {
  test('reports the score with the chance that reliability says, else a coin', () => {
    const rng = createRng(2);
    const asked = Array.from({ length: 4000 }, (): Asked => ({
      fold: 0,
      ranking: [],
      scores: [0.7],
      ...drawJudge(1, rng),
    }));
    const share = (reliability: number, report: number): number =>
      asked.filter((a) => reported(a, 0, reliability) === report).length / asked.length;
    assert.deepEqual([share(1, 0.7), share(0, 0.7)], [1, 0]);
    near(share(0.8, 0.7), 0.8, 0.02);
    near(share(0.8, 1), 0.1, 0.02);
  });
});

describe('routing held-out queries', () => {
  const llm = (model: string, quality: number, cost_usd: number) => ({ model: model as LlmId, quality, cost_usd });
  const ranking = [llm('big', 0.9, 10), llm('small', 0.6, 1)];
  const asked = [
    [1, 1],
    [1, 0],
    [0, 0],
  ].map((scores): Asked => ({ fold: 0, ranking, scores, knows: [0, 0], coin: [0, 0] }));

  test('costs what was asked, and scores what was kept', async () => {
    const single = await runSingle(asked, () => 0);
    assert.deepEqual([single.score, single.cost, single.calls], [2 / 3, 10, 1]);
    const pair = await runPair(asked, 1, () => [1, 0]);
    assert.deepEqual([pair.score, pair.cost, pair.calls], [2 / 3, 1 + 20 / 3, 5 / 3]);
  });

  test('follows the plan of each query', async () => {
    const made = await runCascade(asked, CascadeRequest.parse({ reliability: 1 }), () => 0);
    assert.deepEqual([made.score, made.cost, made.calls], [2 / 3, 1 + 20 / 3, 5 / 3]);
    near(made.expected, 1 - 0.4 * 0.1, 1e-5);
    near(made.expectedCost, 1 + 0.4 * 10, 1e-5);
  });
});
