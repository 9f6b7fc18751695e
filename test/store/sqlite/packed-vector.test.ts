import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packVector, unpackVector } from '../../../src/store/sqlite/packed-vector.js';

test('vectors come back as they were, whether most of their values are 0 or none is', () => {
  const sparse = (dim: number, values: Record<number, number>): Float32Array => {
    const vector = new Float32Array(dim);
    for (const [d, value] of Object.entries(values)) vector[Number(d)] = value;
    return vector;
  };
  for (const vector of [
    new Float32Array(),
    new Float32Array(1),
    new Float32Array(2_000),
    Float32Array.of(1),
    Float32Array.of(0, 1, 2, 3),
    Float32Array.from({ length: 2_187 }, (_, d) => (d % 5 === 0 ? d / 7 : 0)),
    Float32Array.from({ length: 100 }, (_, d) => 1 / (d + 1)),
    sparse(2_000, { 0: -0, 1_999: 1e-40, 7: -3 }),
    sparse(65_536, { 65_535: 1 }),
    sparse(65_537, { 65_536: 1 }),
  ]) {
    const bytes = packVector(vector);
    assert.ok(bytes.byteLength <= Math.max(5, vector.byteLength));
    assert.deepEqual(unpackVector(bytes), vector);
  }
});

test('one that is mostly 0 is kept short, and is read from wherever its bytes begin', () => {
  const vector = new Float32Array(2_000).fill(0.5, 10, 30);
  const bytes = packVector(vector);
  assert.equal(bytes.byteLength, 4 + 6 * 20 + 1);
  for (const dense of [vector, new Float32Array(20).fill(1)]) {
    const packed = packVector(dense);
    const shifted = Buffer.alloc(packed.byteLength + 3);
    packed.copy(shifted, 3);
    assert.deepEqual(unpackVector(shifted.subarray(3)), dense);
  }
});
