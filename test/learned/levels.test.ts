import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RecordSums } from '../../src/dataset/records.js';
import { expectedByLevel, levelsOf } from '../../src/learned/levels.js';

/** Sums over answers to one task, by the mean and the number of each LLM's. */
function records(llms: readonly { mean: number; answers: number }[]): RecordSums {
  const sum = Float32Array.from(llms, ({ mean, answers }) => mean * answers);
  const count = Float32Array.from(llms, ({ answers }) => answers);
  return { sum, count, taskSum: new Float32Array(llms.length), taskCount: new Float32Array(llms.length) };
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
    };
    const levels = levelsOf(sums);
    const means = sums.sum.map((s, l) => s / sums.count[l]!);
    assert.ok(Math.abs(levels.level[0]! - levels.level[1]!) < 0.5 * Math.abs(means[0]! - means[1]!));
    const expected = expectedByLevel(sums, levels);
    assert.ok(expected[0]! > 0.45 && expected[1]! < -0.45, [...expected].join(' '));
    assert.equal(expected[2], levels.level[0]);
  });
});
