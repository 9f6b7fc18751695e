import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { calibrated, fitCalibration, KNOTS, type Foretold } from '../../src/learned/calibration.js';

/** Answers that score as `truth` says of what was expected, with chance about it. */
function foretold(count: number, truth: (expected: number) => number, noise = 0.4): Foretold {
  const rng = createRng(5);
  const expected = Array.from({ length: count }, () => rng.normal());
  return { expected, scores: expected.map((x) => truth(x) + noise * rng.normal()), weights: expected.map(() => 1) };
}
const shape = { shape: [2, KNOTS] };

describe('expected scores', () => {
  test('are put right where answers say that they are off', () => {
    const { data, ...rest } = fitCalibration(foretold(20_000, (x) => (x > 1 ? 1 + 0.3 * (x - 1) : x)));
    assert.deepEqual(rest, shape);
    const knots = [...data.subarray(0, KNOTS)];
    assert.deepEqual(
      knots,
      knots.toSorted((a, b) => a - b),
    );
    assert.ok(Math.abs(calibrated(-0.5, data) + 0.5) < 0.03);
    assert.ok(calibrated(1.5, data) < 1.3 && calibrated(1.5, data) > 1);
  });

  test('that are better stay better', () => {
    const { data } = fitCalibration(foretold(20_000, (x) => -x));
    const points = Array.from({ length: 200 }, (_, i) => i / 25 - 4);
    const right = points.map((x) => calibrated(x, data));
    right.forEach((y, i) => assert.ok(i === 0 || y > right[i - 1]!, `${points[i]}: ${y} after ${right[i - 1]}`));
  });

  test('stay what they are where answers are few, or all is expected alike', () => {
    const few = fitCalibration(foretold(100, () => 0));
    const alike = fitCalibration({
      expected: Array(1000).fill(0.5),
      scores: Array(1000).fill(0.9),
      weights: Array(1000).fill(1),
    });
    for (const { data } of [few, alike, fitCalibration({ expected: [], scores: [], weights: [] })]) {
      assert.ok(data.every(Number.isFinite));
      for (const x of [-3, 0, 0.4, 9]) assert.equal(calibrated(x, data), x);
    }
  });

  test('are little moved by chance', () => {
    const { data } = fitCalibration(foretold(400, (x) => x));
    for (const x of [-1, 0, 1]) assert.ok(Math.abs(calibrated(x, data) - x) < 0.1, `${x}: ${calibrated(x, data)}`);
  });
});
