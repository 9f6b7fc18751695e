import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../../src/base/rng.js';
import { crossFitted, foldsOf } from '../../../src/measure/off-policy/cross-fitted.js';
import { differenceOf, estimatesOf } from '../../../src/measure/off-policy/estimators.js';
import { effectiveSize, weightsOf, type DecisionLog } from '../../../src/measure/off-policy/log.js';
import { intervalAround } from '../../../src/measure/off-policy/mean.js';
import { proportional } from '../../../src/measure/off-policy/proportional.js';

/** Two LLMs: the second is better by .3, and was chosen one time in four. */
function twoLlms(n: number, seed: number): DecisionLog {
  const rng = createRng(seed);
  const chosen = new Int32Array(n).map(() => Number(rng.next() < 0.25));
  const none = new Float64Array(n).fill(NaN);
  return {
    models: ['one', 'other'],
    query: Int32Array.from(chosen.keys()),
    chosen,
    propensity: Float64Array.from(chosen, (l) => (l === 1 ? 0.25 : 0.75)),
    outcome: {
      quality: Float64Array.from(chosen, (l) => Number(rng.next() < 0.4 + 0.3 * l)),
      cost: none,
      latency: none,
    },
  };
}

const always = (n: number, l: number): Float64Array =>
  Float64Array.from({ length: 2 * n }, (_, i) => Number(i % 2 === l));
const nothing = (n: number): Float64Array => new Float64Array(2 * n);

describe('estimators', () => {
  test('are as worked out by hand', () => {
    const log: DecisionLog = {
      models: ['one', 'other'],
      query: Int32Array.of(0, 1, 2, 3),
      chosen: Int32Array.of(0, 0, 1, 1),
      propensity: Float64Array.of(0.5, 0.5, 0.5, 0.25),
      outcome: {
        quality: Float64Array.of(1, 0, 1, 0.5),
        cost: new Float64Array(4).fill(NaN),
        latency: new Float64Array(4).fill(NaN),
      },
    };
    const predicted = new Float64Array(8).fill(0.5);
    const found = estimatesOf({ log, measure: 'quality', chances: always(4, 1), predicted })!;
    // Weights 0, 0, 2, 4.
    assert.equal(found.ips.value, (2 * 1 + 4 * 0.5) / 4);
    assert.ok(Math.abs(found.snips.value - (2 * 1 + 4 * 0.5) / 6) < 1e-12);
    assert.equal(found.dr.value, 0.5 + (2 * 0.5) / 4);
    assert.equal(effectiveSize(weightsOf(log, always(4, 1))), 36 / 20);
    assert.equal(estimatesOf({ log, measure: 'cost', chances: always(4, 1), predicted }), null);
  });

  test('have intervals that hold the truth about 95 times in a hundred', () => {
    const held = { ips: 0, snips: 0, dr: 0 };
    for (let seed = 1; seed <= 300; seed++) {
      const input = { log: twoLlms(400, seed), measure: 'quality' as const, predicted: nothing(400) };
      const found = estimatesOf({ ...input, chances: always(400, 1) })!;
      for (const name of ['ips', 'snips', 'dr'] as const)
        held[name] += Number(found[name].low < 0.7 && 0.7 < found[name].high);
    }
    for (const [name, count] of Object.entries(held)) assert.ok(count >= 275 && count <= 296, `${name}: ${count}`);
  });

  test('tell two policies apart by the same decisions', () => {
    const input = { log: twoLlms(4000, 2), measure: 'quality' as const, predicted: nothing(4000) };
    const { dr } = differenceOf({ ...input, chances: always(4000, 1), against: always(4000, 0) })!;
    assert.ok(dr.low > 0.15 && dr.low < 0.3 && dr.high > 0.3, JSON.stringify(dr));
    const same = differenceOf({ ...input, chances: always(4000, 1), against: always(4000, 1) })!;
    assert.deepEqual(same.dr, { value: 0, low: 0, high: 0 });
  });

  test('take what came of one query together', () => {
    const influence = Float64Array.from({ length: 40 }, (_, i) => (i % 4 < 2 ? 1 : -1));
    const apart = intervalAround(0, influence, Int32Array.from(influence.keys()));
    const together = intervalAround(
      0,
      influence,
      Int32Array.from(influence.keys(), (i) => i >> 1),
    );
    assert.ok(together.high > 1.3 * apart.high, `${together.high} beside ${apart.high}`);
  });
});

describe('predictions', () => {
  test('of a decision never learned from what came of its query', async () => {
    const log = twoLlms(200, 4);
    log.query.forEach((_, i) => (log.query[i] = i >> 1));
    const expected = new Float64Array(400).fill(NaN);
    const input = { log, measure: 'quality' as const, expected, features: new Float64Array(0), axes: 0 };
    const before = await crossFitted(input);
    const changed = log.outcome.quality.slice();
    [changed[6], changed[7]] = [changed[6]! + 0.3, changed[7]! + 0.3];
    const after = await crossFitted({
      ...input,
      log: { ...log, outcome: { ...log.outcome, quality: changed } },
    });
    const folds = foldsOf(log);
    assert.equal(folds[6], folds[7]);
    let moved = 0;
    for (let i = 0; i < 200; i++)
      for (const cell of [2 * i, 2 * i + 1]) {
        if (folds[i] === folds[6]) assert.equal(after[cell], before[cell]);
        else if (after[cell] !== before[cell]) moved++;
      }
    assert.ok(moved > 100, `${moved} moved`);
  });

  test('find which LLM is better, and what of the query says so', async () => {
    const n = 2000;
    const log = twoLlms(n, 6);
    const rng = createRng(9);
    const features = Float64Array.from({ length: n }, () => rng.normal());
    log.outcome.quality.forEach((_, i) => {
      log.outcome.quality[i] = Math.min(1, Math.max(0, 0.5 + (log.chosen[i] === 1 ? 0.2 : -0.2) * features[i]!));
    });
    const expected = new Float64Array(2 * n).fill(NaN);
    const found = await crossFitted({ log, measure: 'quality', expected, features, axes: 1 });
    const right = Array.from(features).filter((x, i) => x > 0 === found[2 * i + 1]! > found[2 * i]!).length;
    assert.ok(right > 0.97 * n, `${right} of ${n}`);
  });

  test('of costs are what was expected, in proportion to what it came to', () => {
    const log = twoLlms(100, 3);
    const expected = Float64Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 0.001 : 0.1));
    const cost = Float64Array.from(log.chosen, (l) => (l === 1 ? 0.3 : 0.0005));
    const found = proportional({ log: { ...log, outcome: { ...log.outcome, cost } }, measure: 'cost', expected });
    assert.ok(Math.abs(found[1]! - 0.3) < 0.01, `${found[1]}`);
    assert.ok(Math.abs(found[0]! - 0.0005) < 0.0002, `${found[0]}`);
  });
});
