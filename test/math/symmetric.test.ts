import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { eigenOf, inverseOf } from '../../src/math/symmetric.js';

/** A random symmetric matrix whose eigenvalues are positive, but for `rank` directions the smallest. */
function positive(n: number, seed: number, rank = 2 * n): Float64Array {
  const rng = createRng(seed);
  const a = new Float64Array(n * n);
  for (let r = 0; r < rank; r++) {
    const v = Float64Array.from({ length: n }, () => rng.normal());
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) a[i * n + j]! += v[i]! * v[j]!;
  }
  return a;
}

const near = (a: number, b: number, tolerance: number): void =>
  assert.ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);

describe('symmetric matrices', () => {
  test('are what their eigenvectors say, which are orthonormal', () => {
    for (const n of [1, 2, 7, 60]) {
      const a = positive(n, n);
      const { values, vectors } = eigenOf(a, n);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          let [whole, product] = [0, 0];
          for (let k = 0; k < n; k++) {
            whole += values[k]! * vectors[k * n + i]! * vectors[k * n + j]!;
            product += vectors[i * n + k]! * vectors[j * n + k]!;
          }
          near(whole, a[i * n + j]!, 1e-8 * n);
          near(product, Number(i === j), 1e-10);
        }
    }
  });

  test('have eigenvalues of zero where they lack rank, and of either sign', () => {
    const { values } = eigenOf(positive(6, 1, 2), 6);
    assert.equal(values.filter((value) => Math.abs(value) < 1e-9).length, 4);
    assert.deepEqual(
      [...eigenOf(Float64Array.of(0, 2, 2, 0), 2).values].map(Math.round).toSorted(),
      [-2, 2].toSorted(),
    );
    assert.deepEqual([...eigenOf(new Float64Array(9), 3).values], [0, 0, 0]);
  });

  test('have an inverse where they are positive', () => {
    for (const n of [1, 3, 40]) {
      const a = positive(n, n + 9);
      const inverse = inverseOf(a, n);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let k = 0; k < n; k++) sum += a[i * n + k]! * inverse[k * n + j]!;
          near(sum, Number(i === j), 1e-8);
        }
    }
  });
});
