import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { agreementOf, correlationOf, meanOf } from '../../src/judge/agreement.js';
import type { JudgedPair } from '../../src/store/ports/judge.js';

const near = (a: number, b: number, within = 1e-9): void => assert.ok(Math.abs(a - b) < within, `${a} ≈ ${b}`);

describe('agreement', () => {
  test('is nothing of nothing, and no interval is made up of one pair', () => {
    const none = { correlation: null, difference: null, bias: null, posted_bias: null };
    assert.deepEqual(agreementOf([]), { pairs: 0, ...none, models: [] });
    const one = agreementOf([{ model: 'a', raw: 1, value: 0.5, people: 0 }]);
    assert.deepEqual(one, {
      pairs: 1,
      ...none,
      models: [{ model: 'a', pairs: 1, bias: null, posted_bias: null }],
    });
  });

  test('has what a hand calculates', () => {
    const pairs: JudgedPair[] = [
      { model: 'a', raw: 1, value: 0.75, people: 0.5 },
      { model: 'b', raw: 0.5, value: 0.25, people: 0.5 },
      { model: 'a', raw: 0.75, value: 0.5, people: 0.25 },
      { model: 'a', raw: 0.25, value: 0, people: 0.25 },
    ];
    const { pairs: n, correlation, difference, bias, posted_bias: posted, models } = agreementOf(pairs);
    assert.equal(n, 4);
    near(bias!.value, 0.25);
    near(difference!.value, 0.25);
    near(posted!.value, 0);
    near(correlation!.value, 0.0625 / Math.sqrt(0.3125 * 0.0625));
    assert.deepEqual(
      models.map(({ model, pairs: own }) => [model, own]),
      [
        ['a', 3],
        ['b', 1],
      ],
    );
    near(models[0]!.bias!.value, 1 / 3);
  });

  test('is undefined where scores do not differ', () => {
    assert.equal(correlationOf([1, 1, 1, 1], [0, 1, 0, 1]), null);
    assert.equal(correlationOf([0, 1, 0], [0, 1, 0]), null);
    assert.equal(correlationOf([0, 1, 0, 1], [0, 1, 0, 1])?.value, 1);
    assert.deepEqual(meanOf([0.5, 0.5]), { value: 0.5, low: 0.5, high: 0.5 });
  });

  test('has intervals that hold the truth in 95 of 100 cases', () => {
    const rng = createRng(3);
    let [means, correlations] = [0, 0];
    for (let run = 0; run < 400; run++) {
      const x = Array.from({ length: 60 }, () => rng.normal());
      const y = x.map((value) => 0.6 * value + 0.8 * rng.normal());
      const mean = meanOf(x)!;
      const correlation = correlationOf(x, y)!;
      means += Number(mean.low <= 0 && 0 <= mean.high);
      correlations += Number(correlation.low <= 0.6 && 0.6 <= correlation.high);
    }
    assert.ok(means > 368 && means < 392, String(means));
    assert.ok(correlations > 368 && correlations < 394, String(correlations));
  });
});
