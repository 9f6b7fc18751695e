import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { bootstrap, bootstrapMean } from '../../src/evaluation/bootstrap.js';
import { pairedTest } from '../../src/measure/paired-test.js';

const rng = () => createRng(5);
const near = (actual: number, expected: number, within: number): void =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} for ${expected}`);

describe('paired permutation test', () => {
  test('finds the exact probability where all signs can be counted', () => {
    // Of the 16 choices of sign of 1, 2, 3, 4, as high a sum as 1 + 2 + 3 − (−4) … all plus: 1 of 16; with 1 turned: 2
    // of 16.
    const zeros = new Float64Array(4);
    near(pairedTest(Float64Array.of(1, 2, 3, 4), zeros, rng(), 40_000).pHigher, 1 / 16, 0.005);
    near(pairedTest(Float64Array.of(-1, 2, 3, 4), zeros, rng(), 40_000).pHigher, 2 / 16, 0.006);
    near(pairedTest(Float64Array.of(-1, 2, 3, 4), zeros, rng(), 40_000).pLower, 15 / 16, 0.006);
  });

  test('agrees with the normal approximation on many pairs', () => {
    // 1,000 differences of ±1, of which 530 are 1: z = 60 / √1000 = 1.897, and a half step for continuity: 1.866, p =
    // .031.
    const a = Float64Array.from({ length: 1000 }, (_, i) => (i < 530 ? 1 : 0));
    const { difference, pairs, pHigher, pLower } = pairedTest(
      a,
      a.map((x) => 1 - x),
      rng(),
      20_000,
    );
    assert.deepEqual([difference, pairs], [0.06, 1000]);
    near(pHigher, 0.031, 0.004);
    near(pLower, 0.973, 0.004);
  });

  test('knows of no difference where there is none, or no pair', () => {
    const same = Float64Array.of(0.5, 0.25, NaN);
    assert.deepEqual(pairedTest(same, same, rng()), { difference: 0, pairs: 2, pLower: 1, pHigher: 1 });
    assert.deepEqual(pairedTest(Float64Array.of(NaN, 1), Float64Array.of(1, NaN), rng()), {
      difference: 0,
      pairs: 0,
      pLower: 1,
      pHigher: 1,
    });
    assert.deepEqual(pairedTest(new Float64Array(0), new Float64Array(0), rng()), {
      difference: 0,
      pairs: 0,
      pLower: 1,
      pHigher: 1,
    });
  });

  test('counts a pair without a difference in the mean, but gives it no sign', () => {
    const { difference, pHigher } = pairedTest(Float64Array.of(1, 0, 0, 0), new Float64Array(4), rng());
    assert.equal(difference, 0.25);
    near(pHigher, 0.5, 0.03);
  });

  test('is as improbable as the number of flips can tell, and the same for a seed', () => {
    const [high, low] = [new Float64Array(200).fill(1), new Float64Array(200)];
    assert.deepEqual(pairedTest(high, low, rng(), 99), { difference: 1, pairs: 200, pLower: 1, pHigher: 0.01 });
    const some = Float64Array.from({ length: 50 }, (_, i) => Math.sin(i));
    assert.deepEqual(pairedTest(some, new Float64Array(50), rng()), pairedTest(some, new Float64Array(50), rng()));
  });

  test('holds its level: with no difference, p is under .05 in about a twentieth of samples', () => {
    const source = createRng(9);
    let under = 0;
    for (let s = 0; s < 400; s++)
      if (
        pairedTest(
          Float64Array.from({ length: 30 }, () => source.normal()),
          new Float64Array(30),
          createRng(s + 1),
          199,
        ).pHigher < 0.05
      )
        under++;
    assert.ok(under > 6 && under < 36, String(under));
  });
});

describe('bootstrap', () => {
  test('is about 1.96 standard errors wide on either side of a mean', () => {
    // Half 0, half 1: standard error √(0.25 / 400) = 0.025.
    const { low, high } = bootstrapMean(
      Float64Array.from({ length: 400 }, (_, i) => i % 2),
      rng(),
    );
    near(low, 0.5 - 0.049, 0.006);
    near(high, 0.5 + 0.049, 0.006);
  });

  test('is of the values that are numbers, and a point where these are all the same', () => {
    assert.deepEqual(bootstrapMean(Float64Array.of(0.5, NaN, 0.5), rng()), { low: 0.5, high: 0.5 });
    assert.deepEqual(bootstrapMean(Float64Array.of(NaN), rng()), { low: NaN, high: NaN });
    assert.deepEqual(
      bootstrap(0, () => 1, rng()),
      { low: NaN, high: NaN },
    );
  });

  test('weighs a ratio by its parts', () => {
    // 10 of 10 right on one kind of query, 0 of 1 on the other, 50 queries of each: 10/11 in the mean.
    const [right, of] = [
      Float64Array.from({ length: 100 }, (_, i) => (i % 2 ? 10 : 0)),
      Float64Array.from({ length: 100 }, (_, i) => (i % 2 ? 10 : 1)),
    ];
    const { low, high } = bootstrapMean(right, rng(), of);
    assert.ok(low > 0.85 && low < 10 / 11 && high > 10 / 11 && high < 0.95, `${low} ${high}`);
    assert.deepEqual(bootstrapMean(Float64Array.of(0, 1), rng(), Float64Array.of(0, 1)), { low: 1, high: 1 });
  });

  test('covers the mean in about 95 of 100 samples', () => {
    const source = createRng(11);
    let covered = 0;
    for (let s = 0; s < 300; s++) {
      const { low, high } = bootstrapMean(
        Float64Array.from({ length: 60 }, () => source.next()),
        createRng(s + 1),
      );
      if (low <= 0.5 && high >= 0.5) covered++;
    }
    assert.ok(covered > 268 && covered < 298, String(covered));
  });
});
