import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../../src/base/rng.js';
import { parseDesign } from '../../../src/profile/design.js';
import { observe } from '../../../src/profile/observed.js';
import { adjacency, layout, normalize, type SparseMatrix } from '../../../src/profile/propagation/adjacency.js';
import { propagate } from '../../../src/profile/propagation/build.js';
import { NORMALIZATIONS } from '../../../src/schema/design.js';
import { smallLog } from '../../support/log.js';

const rows = smallLog({ queries: 12 });
const observed = observe(
  rows,
  Int32Array.from({ length: rows.queries.length }, (_, q) => q),
  parseDesign('structured-embedding-1hop'),
);

function dense({ start, column, value }: SparseMatrix): number[][] {
  const n = start.length - 1;
  const out = Array.from({ length: n }, () => Array.from({ length: n }, () => 0));
  for (let i = 0; i < n; i++) for (let e = start[i]!; e < start[i + 1]!; e++) out[i]![column[e]!]! += value[e]!;
  return out;
}

const times = (a: number[][], x: number[][]): number[][] =>
  a.map((row) => x[0]!.map((_, c) => row.reduce((sum, w, k) => sum + w * x[k]![c]!, 0)));

describe('the adjacency of a graph', () => {
  const raw = dense(adjacency(observed));

  test('is symmetric, with self-loops', () => {
    raw.forEach((row, i) => {
      assert.equal(row[i], 1);
      row.forEach((w, j) => assert.equal(w, raw[j]![i]));
    });
    assert.equal(raw.length, layout(observed.sizes).numNodes);
  });

  test('is scaled as each normalization says', () => {
    const degree = raw.map((row) => row.reduce((sum, w) => sum + Math.abs(w), 0));
    const expected = {
      symmetric: (w: number, i: number, j: number) => w / Math.sqrt(degree[i]! * degree[j]!),
      'random-walk': (w: number, i: number) => w / degree[i]!,
      none: (w: number) => w / Math.max(...degree),
    };
    for (const name of NORMALIZATIONS) {
      const matrix = adjacency(observed);
      normalize(matrix, name);
      dense(matrix).forEach((row, i) =>
        row.forEach((w, j) => assert.ok(Math.abs(w - expected[name](raw[i]![j]!, i, j)) < 1e-6, name)),
      );
    }
  });
});

describe('propagation', () => {
  test('is the power of the matrix times the features, whatever the number of columns', () => {
    const rng = createRng(3);
    const matrix = adjacency(observed);
    normalize(matrix, 'symmetric');
    const a = dense(matrix);
    for (const dim of [1, 64, 130]) {
      const features = Array.from({ length: a.length }, () => Float32Array.from({ length: dim }, () => rng.normal()));
      let expected = features.map((row) => [...row]);
      for (const hops of [1, 2, 3, 4]) {
        expected = times(a, expected);
        const got = propagate(matrix, features, dim, hops, 3);
        assert.equal(got.length, 3);
        got.forEach((row, l) => row.forEach((x, c) => assert.ok(Math.abs(x - expected[l]![c]!) < 1e-5)));
      }
    }
  });
});
