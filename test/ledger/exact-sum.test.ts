import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { ExactSum } from '../../src/ledger/exact-sum.js';

function sumOf(terms: readonly number[]): number {
  const sum = new ExactSum();
  for (const term of terms) sum.add(term);
  return sum.value();
}

test('sums are rounded once, where plain addition loses terms', () => {
  assert.equal(sumOf(Array<number>(10).fill(0.1)), 1);
  assert.equal(sumOf([1e16, 1, 1, -1e16]), 2);
  assert.equal(sumOf([1, 1e100, 1, -1e100]), 2);
  assert.equal(sumOf([]), 0);
  // Half-way cases, decided by what lies below them.
  assert.equal(sumOf([2 ** 53, 1, 2 ** -60]), 2 ** 53 + 2);
  assert.equal(sumOf([2 ** 53, 1]), 2 ** 53);
});

test('the order of the terms does not matter', () => {
  const rng = createRng(1);
  const terms = Array.from({ length: 500 }, () => rng.next() * 10 ** (rng.int(30) - 15));
  const expected = sumOf(terms);
  for (let i = 0; i < 20; i++) assert.equal(sumOf(rng.shuffle([...terms])), expected);
});

test('the mean is NaN without terms', () => {
  const sum = new ExactSum();
  assert.equal(sum.mean(), NaN);
  sum.add(1);
  sum.add(2);
  assert.equal(sum.mean(), 1.5);
});
