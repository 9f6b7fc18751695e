import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { expMinus, fastSigmoid, fastTanh } from '../../src/math/exponential.js';

const POINTS = Array.from({ length: 20_001 }, (_, i) => i / 200);

describe('the exponential function of decisions', () => {
  test('is right to three parts in a billion, and 0 past 88', () => {
    for (const x of POINTS) {
      if (x < 88)
        assert.ok(Math.abs(expMinus(x) / Math.exp(-x) - 1) < 3e-9, `${x}: ${expMinus(x)} for ${Math.exp(-x)}`);
      else assert.equal(expMinus(x), 0);
    }
    assert.deepEqual([expMinus(0), expMinus(Infinity), expMinus(NaN)], [1, 0, NaN]);
  });

  test('gives sigmoid and tanh of either sign', () => {
    for (const x of POINTS.flatMap((p) => [p, -p])) {
      assert.ok(Math.abs(fastSigmoid(x) - 1 / (1 + Math.exp(-x))) < 1e-8, `sigmoid ${x}`);
      assert.ok(Math.abs(fastTanh(x) - Math.tanh(x)) < 1e-8, `tanh ${x}`);
    }
    assert.deepEqual(
      [fastSigmoid(0), fastTanh(0), fastTanh(Infinity), fastTanh(-Infinity), fastSigmoid(-Infinity)],
      [0.5, 0, 1, -1, 0],
    );
    assert.ok(Number.isNaN(fastTanh(NaN)) && Number.isNaN(fastSigmoid(NaN)));
  });
});
