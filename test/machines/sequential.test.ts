import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng, type Rng } from '../../src/base/rng.js';
import {
  added,
  differenceOf,
  evidenceAgainst,
  LEAST_VALUES,
  NO_SUMS,
  replaced,
  type Sums,
  type Values,
} from '../../src/machines/sequential.js';

const sumsOf = (values: readonly number[]): Sums => values.reduce(added, NO_SUMS);
/** Sums of `n` values of which `ones` are 1 and the others 0. */
const coins = (ones: number, n: number): Sums => ({ n, mean: ones / n, m2: ones * (1 - ones / n) });
const near = (actual: number, expected: number, within: number): void =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual}, expected ${expected} ± ${within}`);
const coin =
  (p: number) =>
  (rng: Rng): number =>
    Number(rng.next() < p);

test('sums are those of the values at once', () => {
  const values = [0.2, 0.9, 0.4, 0.4, 1];
  const mean = values.reduce((sum, value) => sum + value) / values.length;
  const { n, mean: seen, m2 } = sumsOf(values);
  assert.equal(n, 5);
  near(seen, mean, 1e-12);
  near(
    m2,
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0),
    1e-12,
  );
});

test('sums of which a value became another are those of the values as they are now', () => {
  const now = replaced(sumsOf([0.2, 0.9, 0.4]), 0.9, 0.5);
  const { n, mean, m2 } = sumsOf([0.2, 0.5, 0.4]);
  assert.equal(now.n, n);
  near(now.mean, mean, 1e-12);
  near(now.m2, m2, 1e-12);
});

describe('an interval', () => {
  test('is the mixture’s boundary times the standard error where values are many', () => {
    const [a, b] = [
      { n: 4000, mean: 6.1, m2: 4000 * 0.36 },
      { n: 4000, mean: 6, m2: 4000 * 0.36 },
    ];
    const m = 2000;
    const z = Math.sqrt((1 + 40 / m) * (Math.log1p(m / 40) + 2 * Math.log(20)));
    const { mean, low, high, n } = differenceOf(a, b);
    near(mean, 0.1, 1e-12);
    near(high - mean, z * Math.sqrt(0.36 / m), 2e-4);
    near(mean - low, high - mean, 1e-6);
    assert.deepEqual(n, { candidate: 4000, control: 4000 });
  });

  test('is infinite while an arm has too few values, which JSON has as null', () => {
    const few = differenceOf(coins(5, LEAST_VALUES - 1), coins(500, 1000), { values: 'fractions' });
    assert.deepEqual([few.low, few.high], [-Infinity, Infinity]);
    assert.match(JSON.stringify(few), /"low":null,"high":null/);
    assert.equal(evidenceAgainst(0, coins(0, LEAST_VALUES - 1), coins(1000, 1000), 'fractions'), 0);
    const none = differenceOf(NO_SUMS, NO_SUMS, { values: 'amounts' });
    assert.deepEqual([none.mean, none.low, none.high], [0, -Infinity, Infinity]);
  });

  test('turns round as arms do', () => {
    const [a, b] = [coins(12, 60), coins(400, 900)];
    for (const values of ['reals', 'fractions', 'amounts'] as const) {
      const [there, back] = [differenceOf(a, b, { values }), differenceOf(b, a, { values })];
      for (const [x, y] of [
        [there.mean, -back.mean],
        [there.low, -back.high],
        [there.high, -back.low],
      ] as const)
        near(x, y, 1e-5);
      assert.ok(there.low < there.mean && there.mean < there.high);
    }
  });

  test('is wider for less alpha, and ends where evidence does', () => {
    const [a, b] = [coins(300, 500), coins(250, 500)];
    const wide = differenceOf(a, b, { alpha: 0.005, values: 'fractions' });
    const narrow = differenceOf(a, b, { values: 'fractions' });
    assert.ok(wide.low < narrow.low && wide.high > narrow.high);
    near(evidenceAgainst(narrow.low, a, b, 'fractions'), Math.log(20), 1e-4);
    near(evidenceAgainst(wide.high, a, b, 'fractions'), Math.log(200), 1e-4);
  });

  test('of errors that never came says how many there may be', () => {
    const { mean, low, high } = differenceOf(coins(0, 1000), coins(0, 1000), { values: 'fractions' });
    assert.equal(mean, 0);
    assert.ok(high > 0.003 && high < 0.02 && low === -high, `${low} to ${high}`);
  });

  test('of fractions stays within [-1, 1], and of scores that are all 1 and all 0 leaves 0 out', () => {
    const { mean, low, high } = differenceOf(coins(30, 30), coins(0, 30), { values: 'fractions' });
    assert.ok(mean === 1 && low > 0.3 && high <= 1, `${low} to ${high}`);
  });

  test('of amounts is how many times as much, whatever their unit', () => {
    const rng = createRng(5);
    const draw = (times: number): Sums => sumsOf(Array.from({ length: 3000 }, () => times * Math.exp(rng.normal())));
    const [a, b] = [draw(1.5e-4), draw(1e-4)];
    const { mean, low, high } = differenceOf(a, b, { values: 'amounts' });
    assert.ok(low < Math.log(1.5) && Math.log(1.5) < high && low > 0, `${low} to ${high}`);
    const dear = ({ n, mean: one, m2 }: Sums): Sums => ({ n, mean: 1e6 * one, m2: 1e12 * m2 });
    near(differenceOf(dear(a), dear(b), { values: 'amounts' }).low, low, 1e-6);
    near(mean, Math.log(a.mean / b.mean), 1e-12);
    const free = differenceOf(coins(0, 50), b, { values: 'amounts' });
    assert.deepEqual([free.low, free.high], [-Infinity, Infinity], 'no logarithm of nothing');
  });
});

/** Share of runs in which the true difference was ever left out, at a look after each value. */
function leftOut(
  runs: number,
  difference: number,
  values: Values,
  draws: { candidate: (rng: Rng) => number; control: (rng: Rng) => number },
  next: { of: number; isCandidate: (n: number, rng: Rng) => boolean },
): number {
  const rng = createRng(11);
  let wrong = 0;
  for (let run = 0; run < runs; run++) {
    let [a, b] = [NO_SUMS, NO_SUMS];
    for (let n = 0; n < next.of; n++) {
      if (next.isCandidate(n, rng)) a = added(a, draws.candidate(rng));
      else b = added(b, draws.control(rng));
      if (evidenceAgainst(difference, a, b, values) < Math.log(20)) continue;
      wrong++;
      break;
    }
  }
  return wrong / runs;
}

describe('looked at after every outcome, the true difference is left out in one run in twenty at most', () => {
  const half = { of: 2000, isCandidate: (_: number, rng: Rng) => rng.next() < 0.5 };
  const stepping = {
    of: 8000,
    isCandidate: (n: number, rng: Rng) => rng.next() < (n < 4000 ? 0.01 : n < 6000 ? 0.05 : 0.5),
  };
  // Two standard deviations of the share that is counted, of 400 runs.
  const most = 0.05 + 0.022;

  test('of rare errors, of shares that step up', () => {
    const draws = { candidate: coin(0.01), control: coin(0.01) };
    assert.ok(leftOut(400, 0, 'fractions', draws, stepping) <= most);
  });
  test('of scores that differ', () => {
    const draws = { candidate: coin(0.9), control: coin(0.7) };
    assert.ok(leftOut(400, 0.2, 'fractions', draws, half) <= most);
    assert.ok(leftOut(400, 0.2, 'fractions', draws, stepping) <= most);
  });
  test('of scores between 0 and 1 that vary otherwise in each arm', () => {
    const draws = { candidate: coin(0.6), control: (rng: Rng) => 0.5 + 0.2 * rng.next() };
    assert.ok(leftOut(400, 0, 'fractions', draws, half) <= most);
  });
  test('of logarithms of latencies', () => {
    const latency = (rng: Rng): number => 6 + 0.8 * rng.normal();
    assert.ok(leftOut(400, 0, 'reals', { candidate: latency, control: latency }, stepping) <= most);
  });
  test('of costs, of which one in a hundred is a hundred times as much', () => {
    const cost = (rng: Rng): number => (rng.next() < 0.99 ? 1 : 100) * Math.exp(0.5 * rng.normal());
    assert.ok(leftOut(400, 0, 'amounts', { candidate: cost, control: cost }, stepping) <= most);
  });
});

test('a difference of 3 points is found with 1.3 times the values of a fixed-size test, in the mean', () => {
  const rng = createRng(3);
  const size = 4232;
  let total = 0;
  const runs = 100;
  for (let run = 0; run < runs; run++) {
    let [a, b, n] = [NO_SUMS, NO_SUMS, 0];
    while (evidenceAgainst(0, a, b, 'fractions') < Math.log(20)) {
      [a, b] = [added(a, coin(0.57)(rng)), added(b, coin(0.6)(rng))];
      n++;
    }
    total += n;
  }
  assert.ok(total / runs / size <= 1.3, String(total / runs / size));
});
