import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { advantageOf, evidenceAgainstEven, type Tally } from '../../src/machines/advantage.js';

/** A look after each of `most` comparisons; answers at which the evidence was enough first, null at none. */
function firstStop(seed: number, most: number, { win, tie }: { win: number; tie: number }): number | null {
  const rng = createRng(seed);
  const tally: Tally = { wins: 0, losses: 0, ties: 0 };
  for (let n = 1; n <= most; n++) {
    const drawn = rng.next();
    tally[drawn < win ? 'wins' : drawn < win + tie ? 'ties' : 'losses']++;
    if (evidenceAgainstEven(tally) >= Math.log(1 / 0.05)) return n;
  }
  return null;
}

describe('the advantage of a shadow', () => {
  test('is its share of wins less its share of losses, and nothing of nothing', () => {
    assert.equal(advantageOf({ wins: 0, losses: 0, ties: 0 }), null);
    assert.deepEqual(advantageOf({ wins: 1, losses: 0, ties: 1 }), { mean: 0.5, low: -1, high: 1 }, 'too few');
    const { mean, low, high } = advantageOf({ wins: 70, losses: 30, ties: 20 })!;
    assert.ok(Math.abs(mean - 40 / 120) < 1e-12);
    assert.ok(low > 0.05 && low < mean && high > mean && high < 0.65, `${low} to ${high}`);
    const swapped = advantageOf({ wins: 30, losses: 70, ties: 20 })!;
    assert.ok(Math.abs(swapped.low + high) < 1e-6 && Math.abs(swapped.high + low) < 1e-6);
    const all = advantageOf({ wins: 500, losses: 0, ties: 0 })!;
    assert.ok(all.mean === 1 && all.high === 1 && all.low > 0.9);
  });

  test('agrees with its evidence, and is surer of more', () => {
    const tally = { wins: 300, losses: 240, ties: 100 };
    const alpha = Math.exp(-evidenceAgainstEven(tally));
    const narrow = advantageOf(tally, Math.min(0.99, alpha * 1.01))!;
    const wide = advantageOf(tally, alpha * 0.99)!;
    assert.ok(narrow.low > 0 && wide.low < 0, `${narrow.low}, ${wide.low}`);
  });

  test('looked at after every comparison, is false in at most 5 of 100 runs, whatever the share of ties', () => {
    for (const tie of [0, 0.4, 0.8]) {
      let stops = 0;
      for (let run = 0; run < 1_000; run++)
        if (firstStop(run + 1, 1_000, { win: (1 - tie) / 2, tie }) !== null) stops++;
      assert.ok(stops <= 50, `${stops} false stops of 1,000 with ${tie} ties`);
    }
  });

  test('is found where there is one', () => {
    const stops = Array.from({ length: 100 }, (_, run) => firstStop(run + 1, 2_000, { win: 0.45, tie: 0.3 }));
    assert.ok(stops.filter((n) => n !== null).length >= 99);
  });
});
