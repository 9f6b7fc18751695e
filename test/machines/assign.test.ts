import assert from 'node:assert/strict';
import { test } from 'node:test';
import { armAt, placeOf } from '../../src/machines/assign.js';

const UNITS = Array.from({ length: 20_000 }, (_, i) => `conversation-${i}`);

test('places are uniform: no tenth of [0, 1) has more or less than its share but for chance', () => {
  for (const experiment of ['a', 'b', 'new-prices']) {
    const counts = Array.from({ length: 10 }, () => 0);
    for (const unit of UNITS) counts[Math.floor(10 * placeOf(experiment, unit))]!++;
    const chi2 = counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    assert.ok(chi2 < 27.9, `${experiment}: chi² ${chi2} of 9 degrees, of which .001 lies over 27.9`);
  }
});

test('a place is the same for ever', () => {
  assert.equal(placeOf('experiment', 'unit'), placeOf('experiment', 'unit'));
  // First 48 bits of the SHA-256 of "a", NUL, "b".
  assert.equal(placeOf('a', 'b'), 0x59b271ae1bbc / 2 ** 48);
  assert.notEqual(placeOf('a', 'bc'), placeOf('ab', 'c'));
});

test('experiments are independent of each other', () => {
  const both = UNITS.filter((unit) => placeOf('one', unit) < 0.5 && placeOf('another', unit) < 0.5).length;
  assert.ok(Math.abs(both - 5000) < 4 * Math.sqrt(20_000 * 0.25 * 0.75), String(both));
});

test('units get arms as often as their shares say, which need not add up to 1', () => {
  const shares = [0.5, 0.25, 0.25, 1];
  const counts = shares.map(() => 0);
  for (const unit of UNITS) counts[armAt(placeOf('arms', unit), shares)]!++;
  for (const [arm, share] of shares.entries()) assert.ok(Math.abs(counts[arm]! - 10_000 * share) < 300, String(counts));
});

test('arms that have no share get nothing, and the end of [0, 1) belongs to an arm', () => {
  assert.equal(armAt(0, [0, 1]), 1);
  assert.equal(armAt(1 - 2 ** -48, [0.1, 0.2, 0.7]), 2);
  assert.equal(armAt(1 - 2 ** -48, [0.3, 0.3, 0]), 1);
});

test('who has the candidate at a small share keeps it at a larger one', () => {
  let had = new Set<string>();
  for (const share of [0.01, 0.05, 0.2, 1]) {
    const has = UNITS.filter((unit) => armAt(placeOf('canary', unit), [share, 1 - share]) === 0);
    assert.ok(Math.abs(has.length - 20_000 * share) <= 4 * Math.sqrt(20_000 * share * (1 - share)));
    assert.ok([...had].every((unit) => has.includes(unit)));
    had = new Set(has);
  }
});
