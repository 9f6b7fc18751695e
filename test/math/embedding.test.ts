import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { nearestOf } from '../../src/math/embedding/nearest.js';
import { embedNeighbours } from '../../src/math/embedding/neighbour-embedding.js';
import { principalPlane } from '../../src/math/embedding/principal.js';
import { trustworthiness } from '../../src/math/embedding/trustworthiness.js';
import { fromRows, matrix, type Matrix } from '../../src/math/matrix.js';

const DIM = 24;

/** Points about centres that a plane can't hold apart. */
function clusters(count: number, each: number): Matrix {
  const rng = createRng(3);
  const centres = Array.from({ length: count }, () => Float32Array.from({ length: DIM }, () => rng.normal()));
  return fromRows(
    centres.flatMap((centre) => Array.from({ length: each }, () => centre.map((x) => x + 0.25 * rng.normal()))),
    DIM,
  );
}

describe('the nearest of each point', () => {
  test('are those of all distances, nearest first', () => {
    const points = clusters(4, 12);
    const { count, index, distance } = nearestOf(points, 5);
    const apart = (i: number, j: number): number =>
      Math.hypot(...Array.from({ length: DIM }, (_, d) => points.data[i * DIM + d]! - points.data[j * DIM + d]!));
    for (let i = 0; i < points.rows; i++) {
      const expected = Array.from({ length: points.rows }, (_, j) => j)
        .filter((j) => j !== i)
        .toSorted((a, b) => apart(i, a) - apart(i, b))
        .slice(0, 5);
      assert.deepEqual([...index.subarray(i * count, (i + 1) * count)], expected);
      assert.ok(Math.abs(distance[i * count]! - apart(i, expected[0]!)) < 1e-3);
    }
  });
});

describe('a plane of points', () => {
  test('keeps neighbours far better than the principal plane does', () => {
    const points = clusters(40, 12);
    const [own, principal] = [embedNeighbours(points, createRng(1)), principalPlane(points, createRng(1))];
    const [kept, before] = [trustworthiness(points, own, 10), trustworthiness(points, principal, 10)];
    assert.ok(kept > 0.95 && kept > before + 0.03, `${kept} beside ${before}`);
  });

  test('is the same for the same points and seed, within the unit disc', () => {
    const points = clusters(5, 30);
    const plane = embedNeighbours(points, createRng(1));
    assert.deepEqual(embedNeighbours(points, createRng(1)), plane);
    const radii = Array.from({ length: points.rows }, (_, i) => Math.hypot(plane[2 * i]!, plane[2 * i + 1]!));
    assert.ok(Math.abs(Math.max(...radii) - 1) < 1e-5);
  });

  test('has room for none, one, two, and many that are the same', () => {
    assert.equal(embedNeighbours(matrix(0, DIM), createRng(1)).length, 0);
    assert.deepEqual([...embedNeighbours(matrix(1, DIM), createRng(1))], [0, 0]);
    for (const points of [clusters(2, 1), matrix(40, DIM), matrix(3, 0)]) {
      const plane = embedNeighbours(points, createRng(1));
      assert.ok(
        plane.every((x) => Number.isFinite(x) && Math.abs(x) <= 1.0001),
        String(plane),
      );
    }
  });

  test('of points that are drawn at random is trusted as chance has it', () => {
    const rng = createRng(4);
    const drawn = (n: number): Float32Array<ArrayBuffer> => Float32Array.from({ length: n }, () => rng.normal());
    const chance = trustworthiness(matrix(300, DIM, drawn(300 * DIM)), drawn(600), 10);
    assert.ok(Math.abs(chance - 0.5) < 0.04, String(chance));
  });
});
