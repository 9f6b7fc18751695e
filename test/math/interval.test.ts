import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { intervalOfMean, intervalOfScores } from '../../src/math/interval.js';

describe('an interval of scores', () => {
  test('is that of Agresti and Coull where scores are 0 or 1', () => {
    // 8 of 10: (8 + 2) / 14 ± 1.96 · √(p (1 − p) / 14).
    const { low, high } = intervalOfScores({ n: 10, mean: 0.8, variance: 0.16 });
    const half = 1.959964 * Math.sqrt(((10 / 14) * (4 / 14)) / 14);
    assert.ok(Math.abs(low - (10 / 14 - half)) < 1e-9 && Math.abs(high - (10 / 14 + half)) < 1e-9, `${low} ${high}`);
  });

  test('is not certain by two scores that agree, and stays within 0 and 1', () => {
    const { low, high } = intervalOfScores({ n: 2, mean: 1, variance: 0 });
    assert.ok(low < 0.6 && high === 1, `${low} ${high}`);
  });

  test('holds the true mean in some 95 of 100 draws', () => {
    const rng = createRng(1);
    let held = 0;
    for (let draw = 0; draw < 1000; draw++) {
      const scores = Array.from({ length: 20 }, () => (rng.int(100) < 70 ? 1 : 0.5 * (rng.int(2) as number)));
      const mean = scores.reduce((a: number, b) => a + b, 0) / 20;
      const variance = scores.reduce((sum: number, x) => sum + (x - mean) ** 2, 0) / 20;
      const { low, high } = intervalOfScores({ n: 20, mean, variance });
      if (low <= 0.775 && high >= 0.775) held++;
    }
    assert.ok(held > 920 && held < 990, String(held));
  });
});

describe('an interval of a mean', () => {
  test('leaves out what is not known, and is none of fewer than two', () => {
    assert.equal(intervalOfMean([1, NaN]), null);
    const { low, high } = intervalOfMean([1, 2, 3, NaN])!;
    assert.ok(Math.abs((low + high) / 2 - 2) < 1e-9 && Math.abs(high - 2 - 1.959964 / Math.sqrt(3)) < 1e-9);
  });
});
