import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differenceIn, harmOf, inWords, marginOf, MEASURES, type ArmSums } from '../../src/machines/measures.js';
import { NO_SUMS } from '../../src/machines/sequential.js';
import { Margins } from '../../src/schema/experiment.js';

const arm = (mean: number): ArmSums => ({
  quality: { n: 500, mean, m2: 500 * mean * (1 - mean) },
  errors: { n: 500, mean: 1 - mean, m2: 500 * mean * (1 - mean) },
  latency: { n: 500, mean: -mean, m2: 100 },
  cost: { n: 500, mean: 1 - mean, m2: 10 },
});
const N = { candidate: 500, control: 9000 };

test('less quality and more errors, latency and cost are harm', () => {
  for (const measure of MEASURES) {
    const harm = harmOf(measure, differenceIn(measure, arm(0.5), arm(0.8), 0.05));
    assert.ok(0 < harm.low && harm.low < harm.mean && harm.mean < harm.high, `${measure}: ${JSON.stringify(harm)}`);
  }
});

test('margins are in the units of differences, and wider where arms differ seldom', () => {
  const margins = Margins.parse({ quality: 0.02, errors: 0.3, latency: 1.5, cost: 2 });
  assert.deepEqual(
    MEASURES.map((measure) => marginOf(measure, margins)),
    [0.02, 0.3, Math.log(1.5), Math.log(2)],
  );
  assert.deepEqual(
    MEASURES.map((measure) => marginOf(measure, margins, 0.25)),
    [0.08, 1, 4 * Math.log(1.5), Math.log(5)],
  );
});

test('differences are said in points, or in times as much', () => {
  assert.equal(
    inWords('quality', { mean: -0.021, low: -0.04, high: -0.002, n: N }),
    'quality -2.1 points (-4.0 points to -0.2 points; 500 and 9000 answers)',
  );
  assert.equal(
    inWords('cost', { mean: Math.log(1.5), low: -Infinity, high: Infinity, n: N }),
    'cost 1.50 times (500 and 9000 answers)',
  );
  assert.match(
    inWords('errors', differenceIn('errors', arm(0.5), { ...arm(0.5), errors: NO_SUMS }, 0.05)),
    /0 answers/,
  );
});
