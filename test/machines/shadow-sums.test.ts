import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addShadowSums, compare, noShadowSums } from '../../src/machines/shadow-sums.js';
import type { ExpectedOfBoth } from '../../src/schema/shadow.js';

const one = (quality: number, cost_usd: number | null, latency_ms: number | null = null) => ({
  quality,
  cost_usd,
  latency_ms,
});
const expected: ExpectedOfBoth = {
  active: { active: one(0.5, 0.1), candidate: one(0.75, 0.2) },
  candidate: { active: null, candidate: one(0.9, 0.3, 100) },
};

describe('sums of a shadow', () => {
  test('count who was chosen by either, and sum what is known of both', () => {
    const sums = noShadowSums();
    compare(sums, { model: 'a', candidate: 'b', expected });
    compare(sums, { model: 'b', candidate: 'b', expected: { ...expected, candidate: expected.active } });
    assert.deepEqual([sums.compared, sums.agreed], [2, 1]);
    assert.deepEqual(
      [...sums.models],
      [
        ['a', { active: 1, candidate: 0 }],
        ['b', { active: 1, candidate: 2 }],
      ],
    );
    assert.deepEqual(sums.expected.active, {
      quality: { n: 2, active: 1, candidate: 1.5 },
      cost_usd: { n: 2, active: 0.2, candidate: 0.4 },
      latency_ms: { n: 0, active: 0, candidate: 0 },
    });
    assert.deepEqual(
      sums.expected.candidate.quality,
      { n: 1, active: 0.5, candidate: 0.75 },
      'one side alone says nothing',
    );
  });

  test('of parts are those of the whole', () => {
    const [first, second, whole] = [noShadowSums(), noShadowSums(), noShadowSums()];
    for (const sums of [first, whole]) compare(sums, { model: 'a', candidate: 'b', expected });
    for (const sums of [second, whole]) {
      compare(sums, { model: 'c', candidate: 'a', expected });
      sums.dropped += 2;
      sums.failed++;
    }
    addShadowSums(first, second);
    assert.deepEqual(first, whole);
  });
});
