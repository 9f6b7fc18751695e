import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng, type Rng } from '../../../src/base/rng.js';
import { kernelMemory, kernelModule } from '../../../src/math/simd/kernel.js';
import { createMatrices, padded, rowMajor, transpose } from '../../../src/math/simd/matrices.js';

const numbers = (rng: Rng, n: number): Float32Array => Float32Array.from({ length: n }, () => rng.normal());

/** `W x` in double precision. */
function product(w: Float32Array, x: Float32Array): number[] {
  return Array.from({ length: w.length / x.length }, (_, r) =>
    x.reduce((sum, value, c) => sum + value * w[r * x.length + c]!, 0),
  );
}

/** Sums of as many 32-bit floats as there are columns, one after another. */
function assertNear(actual: Float32Array, expected: number[], what: string, columns: number): void {
  const tolerance = 2e-6 * columns;
  assert.equal(actual.length, expected.length, what);
  expected.forEach((value, r) =>
    assert.ok(Math.abs(actual[r]! - value) < tolerance, `${what}, row ${r}: ${actual[r]} for ${value}`),
  );
}

const SIZES = [
  [1, 1],
  [16, 16],
  [15, 7],
  [17, 5],
  [33, 144],
  [100, 1],
  [1, 100],
  [64, 2192],
] as const;

for (const vectors of [true, false])
  describe(`matrices ${vectors ? 'on WebAssembly’s vectors' : 'on plain arrays'}`, () => {
    test('multiply, whatever their size', () => {
      const rng = createRng(1);
      for (const [rows, columns] of SIZES) {
        const [w, vector] = [numbers(rng, rows * columns), numbers(rng, columns)];
        const { x, matrices } = createMatrices(
          { w: rowMajor(w, columns), other: rowMajor(numbers(rng, 3 * columns), columns) },
          vectors,
        );
        x.set(vector);
        assertNear(matrices.w.multiply(), product(w, vector), `${rows} × ${columns}`, columns);
      }
    });

    test('pass over zeros, and give zeros for nothing else', () => {
      const w = Float32Array.from({ length: 20 * 6 }, (_, i) => (i % 6 === 3 ? NaN : i));
      const { x, matrices } = createMatrices({ w: rowMajor(w, 6) }, vectors);
      x.set(Float32Array.of(0, 1, 0, 0, -2, 0));
      assert.deepEqual(
        [...matrices.w.multiply()],
        Array.from({ length: 20 }, (_, r) => 6 * r + 1 - 2 * (6 * r + 4)),
      );
      x.set(new Float32Array(6));
      assert.deepEqual(
        [...matrices.w.multiply()],
        Array.from({ length: 20 }, () => 0),
      );
    });

    test('multiply a run of rows, and leave the others as they were', () => {
      const rng = createRng(2);
      const [w, first, second] = [numbers(rng, 70 * 9), numbers(rng, 9), numbers(rng, 9)];
      const { x, matrices } = createMatrices({ w: rowMajor(w, 9) }, vectors);
      x.set(first);
      matrices.w.multiply();
      x.set(second);
      matrices.w.multiplyRows(16, 48);
      const [before, after] = [product(w, first), product(w, second)];
      assertNear(
        matrices.w.out,
        before.map((value, r) => (r >= 16 && r < 48 ? after[r]! : value)),
        'rows 16 to 47 of the second',
        9,
      );
      matrices.w.multiplyRows(16, 16);
      matrices.w.multiplyRows(64, 70);
      assertNear(
        matrices.w.out,
        before.map((value, r) => ((r >= 16 && r < 48) || r >= 64 ? after[r]! : value)),
        'the last ones, too',
        9,
      );
    });

    test('share one vector, of as many numbers as each has columns', () => {
      const { x, matrices } = createMatrices(
        { wide: rowMajor(Float32Array.of(1, 2, 3, 4), 4), narrow: transpose(rowMajor(Float32Array.of(5, 6), 1)) },
        vectors,
      );
      x.set(Float32Array.of(1, 1, 1, 1));
      matrices.wide.multiply();
      x.set(Float32Array.of(1, 1));
      matrices.narrow.multiply();
      assert.deepEqual([...matrices.wide.out, ...matrices.narrow.out], [10, 11]);
    });

    test('may have no rows, or no columns', () => {
      const { x, matrices } = createMatrices(
        { rowless: { rows: 0, columns: 3, at: () => 1 }, columnless: { rows: 2, columns: 0, at: () => 1 } },
        vectors,
      );
      x.set(Float32Array.of(1, 2, 3));
      assert.deepEqual([...matrices.rowless.multiply()], []);
      x.set(new Float32Array(0));
      assert.deepEqual([...matrices.columnless.multiply()], [0, 0]);
    });
  });

describe('the kernel', () => {
  test('is a module of a few hundred bytes that this Node takes', () => {
    assert.ok(kernelModule().length < 400);
    assert.notEqual(kernelMemory(1), null);
  });

  test('gives the same bits as plain arrays', () => {
    const rng = createRng(3);
    const [w, vector] = [numbers(rng, 100 * 333), numbers(rng, 333)];
    const [vectors, plain] = [true, false].map((with_) => {
      const { x, matrices } = createMatrices({ w: rowMajor(w, 333) }, with_);
      x.set(vector);
      return [...matrices.w.multiply()];
    });
    assert.deepEqual(vectors, plain);
  });

  test('leaves memory to the garbage collector', () => {
    for (let i = 0; i < 2_000; i++) {
      const { x, matrices } = createMatrices({ w: rowMajor(new Float32Array(1600).fill(1), 100) });
      x.set(new Float32Array(100).fill(1));
      assert.equal(matrices.w.multiply()[15], 100);
    }
  });

  test('is whole panels of rows at a time', () => {
    assert.deepEqual([0, 1, 16, 17].map(padded), [0, 16, 16, 32]);
  });
});
