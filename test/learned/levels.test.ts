import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RecordSums } from '../../src/dataset/records.js';
import { expectedByLevel, levelsOf } from '../../src/learned/levels.js';

/** Sums over answers to one task, by the mean and the number of each LLM's. */
function records(llms: readonly { mean: number; answers: number; declared?: number }[]): RecordSums {
  const sum = Float32Array.from(llms, ({ mean, answers }) => mean * answers);
  const count = Float32Array.from(llms, ({ answers }) => answers);
  const none = new Float32Array(llms.length);
  return { sum, count, taskSum: none, taskCount: none, declared: Float32Array.from(llms, (llm) => llm.declared ?? 0) };
}

describe('levels of LLMs', () => {
  test('of those that were asked little are like those of others, not like the incumbent’s', () => {
    const { level, usual } = levelsOf(
      records([
        { mean: 0.3, answers: 4000 },
        { mean: -0.1, answers: 150 },
        { mean: -0.2, answers: 150 },
        { mean: 0.4, answers: 5 },
        { mean: 0, answers: 0 },
      ]),
    );
    assert.ok(usual < 0.15, `the mean of LLMs is ${usual}, that of answers 0.27`);
    assert.ok(Math.abs(level[0]! - 0.3) < 0.01);
    assert.ok(level[3]! < level[0]!, 'five good answers do not overtake four thousand');
    assert.equal(level[4], Math.fround(usual));
  });

  test('are expected to be as what is declared says, as far as it speaks for those that were asked', () => {
    const newcomer = (gain: number): number => {
      const asked = [-0.3, -0.1, 0.1, 0.3].map((declared) => ({ mean: gain * declared, answers: 500, declared }));
      const { level } = levelsOf(records([...asked, { mean: 0, answers: 0, declared: 0.4 }]));
      return level[4]!;
    };
    assert.ok(Math.abs(newcomer(1) - 0.4) < 0.08, `${newcomer(1)}`);
    assert.ok(Math.abs(newcomer(0)) < 0.1, `${newcomer(0)}`);
    assert.ok(newcomer(-1) < -0.15, `${newcomer(-1)}`);
    // Of one with answers what is declared counts as much as some answers do.
    const { level } = levelsOf(
      records([
        { mean: 0, answers: 500 },
        { mean: 0.2, answers: 500, declared: 0.3 },
      ]),
    );
    assert.ok(Math.abs(level[1]! - 0.2) < 0.01);
  });

  test('lie closer together where LLMs differ by no more than chance', () => {
    const spread = (means: number[]): number => {
      const { level } = levelsOf(records(means.map((mean) => ({ mean, answers: 50 }))));
      return (Math.max(...level) - Math.min(...level)) / (Math.max(...means) - Math.min(...means));
    };
    assert.ok(spread([0.05, -0.05, 0.02, -0.02]) < spread([0.5, -0.5, 0.2, -0.2]));
  });

  test('are finite for a single LLM, and for none', () => {
    for (const llms of [[{ mean: 0.1, answers: 3 }], [{ mean: 0, answers: 0 }], []]) {
      const { level, usual, strength } = levelsOf(records(llms));
      assert.ok([...level, usual, strength].every(Number.isFinite));
    }
  });

  test('are not better for easy tasks', () => {
    // Both LLMs are alike on either task; the first was asked the easy one more often.
    const sums: RecordSums = {
      sum: Float32Array.of(0.5 * 900 - 0.5 * 100, 0.5 * 100 - 0.5 * 900),
      count: Float32Array.of(1000, 1000),
      taskSum: Float32Array.of(450, -50, 50, -450),
      taskCount: Float32Array.of(900, 100, 100, 900),
      declared: new Float32Array(2),
    };
    const levels = levelsOf(sums);
    const means = sums.sum.map((s, l) => s / sums.count[l]!);
    assert.ok(Math.abs(levels.level[0]! - levels.level[1]!) < 0.5 * Math.abs(means[0]! - means[1]!));
    const expected = expectedByLevel(sums, levels);
    assert.ok(expected[0]! > 0.45 && expected[1]! < -0.45, [...expected].join(' '));
    assert.equal(expected[2], levels.level[0]);
  });
});
