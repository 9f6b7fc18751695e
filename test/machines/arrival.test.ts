import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { createArrivals } from '../../src/machines/arrival.js';

const DEVIATIONS = Float64Array.of(0.2, 0.5);
const near = (found: number, expected: number, by: number): void =>
  assert.ok(Math.abs(found - expected) < by, `expected about ${expected}, got ${found}`);

test('before any answer, nothing is added, and what is not known is as wide as the weights allow', () => {
  const { shift, deviation } = createArrivals(DEVIATIONS).of('new', Float64Array.of(1, 0.4));
  assert.equal(shift, 0);
  near(deviation, Math.hypot(0.2, 0.5 * 0.4), 1e-9);
});

test('one answer moves it by as much as the prior is wide beside the noise', () => {
  const arrivals = createArrivals(Float64Array.of(0.2));
  arrivals.observe('new', Float64Array.of(1), 0.5);
  const { shift, deviation } = arrivals.of('new', Float64Array.of(1));
  near(shift, (0.5 * 0.04) / (0.04 + 0.16), 1e-9);
  near(deviation, Math.sqrt((0.04 * 0.16) / (0.04 + 0.16)), 1e-9);
  assert.deepEqual(arrivals.of('other', Float64Array.of(1)).shift, 0);
});

test('an answer of half the weight, twice, counts as one', () => {
  const [whole, halves] = [createArrivals(DEVIATIONS), createArrivals(DEVIATIONS)];
  const x = Float64Array.of(1, -0.3);
  whole.observe('new', x, 0.2);
  for (let i = 0; i < 2; i++) halves.observe('new', x, 0.2, 0.5);
  near(halves.of('new', x).shift, whole.of('new', x).shift, 1e-12);
  near(halves.of('new', x).deviation, whole.of('new', x).deviation, 1e-12);
});

test('it finds which LLM a new one is like, also where it is asked only what is hard', () => {
  const rng = createRng(3);
  const arrivals = createArrivals(DEVIATIONS);
  for (let i = 0; i < 2_000; i++) {
    const above = rng.next();
    // Asked by how much better the other is: what it is told must not depend on it.
    if (rng.next() < above) arrivals.observe('new', Float64Array.of(1, above), 0.05 + 0.6 * above + 0.4 * rng.normal());
  }
  for (const above of [0.1, 0.5, 0.9])
    near(arrivals.of('new', Float64Array.of(1, above)).shift, 0.05 + 0.6 * above, 0.06);
  assert.ok(arrivals.of('new', Float64Array.of(1, 0.5)).deviation < 0.03);
});
