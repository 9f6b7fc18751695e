import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';

describe('random generator', () => {
  test('repeats itself for a seed, and forks by label alone', () => {
    const draw = (seed: number): number[] =>
      Array.from(
        { length: 5 },
        (
          (rng) => () =>
            rng.next()
        )(createRng(seed)),
      );
    assert.deepEqual(draw(3), draw(3));
    assert.notDeepEqual(draw(3), draw(4));
    const rng = createRng(3);
    const before = rng.fork('x').next();
    rng.next();
    assert.equal(rng.fork('x').next(), before);
    assert.notEqual(rng.fork('y').next(), before);
  });

  test('is uniform and normal about as it should be', () => {
    const rng = createRng(1);
    const n = 20_000;
    const uniform = Array.from({ length: n }, () => rng.next());
    assert.ok(uniform.every((x) => x >= 0 && x < 1));
    assert.ok(Math.abs(uniform.reduce((a, b) => a + b) / n - 0.5) < 0.01);
    const normal = Array.from({ length: n }, () => rng.normal());
    assert.ok(Math.abs(normal.reduce((a, b) => a + b) / n) < 0.03);
    assert.ok(Math.abs(normal.reduce((a, b) => a + b * b, 0) / n - 1) < 0.05);
  });

  test('shuffles everything, losing nothing', () => {
    const items = createRng(2).shuffle(Int32Array.from({ length: 100 }, (_, i) => i));
    assert.notDeepEqual([...items], Array.from(items.keys()));
    assert.deepEqual(
      [...items].toSorted((a, b) => a - b),
      Array.from(items.keys()),
    );
  });
});
