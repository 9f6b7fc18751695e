import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AMOUNTS, FRACTIONS, REALS } from '../../src/machines/deviance.js';
import type { Sums } from '../../src/machines/sums.js';

const coins = (ones: number, n: number): Sums => ({ n, mean: ones / n, m2: ones * (1 - ones / n) });
const near = (actual: number, expected: number, within: number): void =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual}, expected ${expected} ± ${within}`);

test('of 0 and 1 it is twice the logarithm of the ratio of binomial likelihoods', () => {
  // 3 errors of 50 beside 50 of 5000: by hand, with one rate of 53 / 5050 for both.
  const nats = (ones: number, n: number, p: number): number => ones * Math.log(p) + (n - ones) * Math.log(1 - p);
  const both = 53 / 5050;
  const apart = nats(3, 50, 0.06) + nats(50, 5000, 0.01);
  const alike = nats(3, 50, both) + nats(50, 5000, both);
  near(FRACTIONS.of(coins(3, 50), coins(50, 5000), 0), 2 * (apart - alike), 1e-9);
});

test('of scores that vary a quarter as much as a coin it is four times as much', () => {
  const of = (share: number): number => {
    const arm = (mean: number): Sums => ({ n: 100_000, mean, m2: 100_000 * share * mean * (1 - mean) });
    return FRACTIONS.of(arm(0.62), arm(0.6), 0);
  };
  near(of(0.25) / of(1), 4, 1e-3);
});

test('is nothing at the difference that was seen, and grows to both sides of it', () => {
  const pairs = [
    { deviance: FRACTIONS, a: coins(30, 40), b: coins(300, 900) },
    { deviance: REALS, a: { n: 40, mean: 6.5, m2: 20 }, b: { n: 900, mean: 6, m2: 300 } },
    { deviance: AMOUNTS, a: { n: 40, mean: 0.02, m2: 0.01 }, b: { n: 900, mean: 0.01, m2: 0.1 } },
  ];
  for (const { deviance, a, b } of pairs) {
    const seen = deviance.seen(a, b);
    near(deviance.of(a, b, seen), 0, 1e-6);
    for (const side of [-1, 1]) {
      const at = (far: number): number => deviance.of(a, b, seen + side * far);
      assert.ok(0 < at(0.05) && at(0.05) < at(0.1) && at(0.1) < at(0.2));
    }
  }
});

test('of arms that are all alike in every value it says nothing', () => {
  const same = { n: 50, mean: 3, m2: 0 };
  assert.equal(REALS.of(same, same, 0), 0);
  assert.equal(AMOUNTS.of(same, same, 0), 0);
  assert.equal(FRACTIONS.of(coins(50, 50), coins(80, 80), 0), 0);
  assert.equal(AMOUNTS.of({ n: 50, mean: 0, m2: 0 }, same, 0), 0);
});
