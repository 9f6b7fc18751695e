import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { matchedInterval } from '../../src/measure/matched-interval.js';

const RUNS = 2_000;

test('holds the true difference 95 times in 100, of few pairs too', () => {
  const rng = createRng(7);
  for (const n of [10, 25, 100, 500])
    for (const [right, wrong] of [
      [0.05, 0.05],
      [0.3, 0.1],
    ] as const) {
      let held = 0;
      for (let r = 0; r < RUNS; r++) {
        const differences = Float64Array.from({ length: n }, () => {
          const u = rng.next();
          return u < right ? 1 : u < right + wrong ? -1 : 0;
        });
        const { low, high } = matchedInterval(differences, new Float64Array(n));
        if (low! <= right - wrong && right - wrong <= high!) held++;
      }
      assert.ok(held / RUNS >= 0.935, `${n} pairs, ${right} and ${wrong}: ${held / RUNS}`);
    }
});

test('says how little it tells that no pair differs, and nothing of no pairs', () => {
  const same = (n: number): number => matchedInterval(new Float64Array(n), new Float64Array(n)).high!;
  assert.ok(same(10) > 0.1 && same(1000) < 0.01);
  assert.deepEqual(matchedInterval(Float64Array.of(NaN, 1), Float64Array.of(1, NaN)), { low: null, high: null });
});
