import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../../src/base/rng.js';
import { principalComponents } from '../../../src/measure/off-policy/components.js';
import { estimatedPropensities } from '../../../src/measure/off-policy/estimated-propensities.js';
import type { DecisionLog } from '../../../src/measure/off-policy/log.js';
import { overlapOf, type OverlapInput } from '../../../src/measure/off-policy/overlap.js';

const N = 1000;
const none = new Float64Array(N).fill(NaN);

/** Decisions of which the second LLM gets a share by chance; none for 0. */
function logOf(share: number): DecisionLog {
  const rng = createRng(1);
  const chosen = new Int32Array(N).map(() => Number(rng.next() < share));
  return {
    models: ['one', 'other'],
    query: Int32Array.from(chosen.keys()),
    chosen,
    propensity: Float64Array.from(chosen, (l) => (share === 0 ? 1 : l === 1 ? share : 1 - share)),
    outcome: { quality: none, cost: none, latency: none },
  };
}
const other = Float64Array.from({ length: 2 * N }, (_, i) => i % 2);
const asked = (share: number, more: Partial<OverlapInput> = {}): OverlapInput => ({
  log: logOf(share),
  chances: other,
  differ: 1,
  candidates: 2,
  deviation: 0.4,
  perDay: 1000,
  ...more,
});

describe('overlap', () => {
  test('is enough where chance chose what the policy would, often', () => {
    const found = overlapOf(asked(0.3));
    assert.equal(found.words, 'enough overlap');
    assert.ok(found.effective > 250 && found.effective < 350, `${found.effective}`);
    assert.equal(found.unsupported, 0);
  });

  test('is not where chance had no part, and says how much exploration would do', () => {
    const found = overlapOf(asked(0));
    assert.equal(found.enough, false);
    assert.equal(found.unsupported, 1);
    // (1.96 · .4 / .02)² · 2 / .1 decisions.
    assert.deepEqual(found.would_do, { exploration: 0.1, decisions: 31_000, days: 31 });
    assert.match(
      found.words,
      /^not enough overlap: exploration 0\.1 for about 31,000 decisions with a score \(31 days/,
    );
  });

  test('needs less exploration the less a policy does otherwise', () => {
    const all = overlapOf(asked(0)).would_do!.decisions;
    const few = overlapOf(asked(0, { differ: 0.1 })).would_do!.decisions;
    assert.ok(few < all / 4, `${few} beside ${all}`);
  });

  test('is not where the log never asks an LLM, though it explores', () => {
    const log = logOf(0.3);
    const found = overlapOf(
      asked(0.3, {
        log: { ...log, models: ['one', 'other', 'third'] },
        chances: Float64Array.from({ length: 3 * N }, (_, i) => Number(i % 3 === 2)),
      }),
    );
    assert.equal(found.unsupported, 1);
    assert.equal(found.effective, 0);
  });
});

test('estimated propensities are the shares of a group, drawn to those of all', () => {
  const group = Array.from({ length: 100 }, (_, i) => (i < 50 ? 'a' : 'b'));
  const chosen = group.map((name, i) => (name === 'a' ? Number(i % 5 === 0) : 1));
  const found = estimatedPropensities(chosen, group, 2);
  // 10 of 50, drawn by 20 of the 60 in 100.
  assert.ok(Math.abs(found[0]! - (10 + 12) / 70) < 1e-12);
  assert.ok(Math.abs(found[99]! - (50 + 12) / 70) < 1e-12);
});

describe('components', () => {
  test('describe vectors by the axis on which they differ most', async () => {
    const rng = createRng(2);
    const at = Array.from({ length: 60 }, () => rng.normal());
    const vectors = at.map((x) => Float32Array.of(3 + x, 1 - 2 * x, 0.01 * rng.normal()));
    const found = await principalComponents(vectors, createRng(1));
    const along = vectors.map((vector) => found.of(vector)[0]!);
    const sign = Math.sign(along[0]! * (at[0]! - at.reduce((a, b) => a + b, 0) / 60));
    const spread = Math.sqrt(along.reduce((sum, x) => sum + x * x, 0) / 60);
    assert.ok(Math.abs(spread - 1) < 0.01, `${spread}`);
    for (let i = 1; i < 60; i++)
      assert.equal(Math.sign(sign * (along[i]! - along[0]!)), Math.sign(at[i]! - at[0]!), `${i}`);
  });

  test('are none of nothing', async () => {
    assert.equal((await principalComponents([], createRng(1))).axes, 0);
    const empty = Array.from({ length: 9 }, () => new Float32Array(0));
    assert.equal((await principalComponents(empty, createRng(1))).axes, 0);
    const alike = Array.from({ length: 9 }, () => Float32Array.of(1, 2));
    assert.ok(Number.isFinite((await principalComponents(alike, createRng(1))).axes));
  });
});
