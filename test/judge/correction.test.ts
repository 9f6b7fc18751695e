import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { corrected, fitCorrection } from '../../src/judge/correction.js';

interface Pair {
  model: string;
  raw: number;
  people: number;
}

const LLMS = ['judge/itself', 'b', 'c', 'd'];
const clip = (value: number): number => Math.min(1, Math.max(0, value));

/** Answers of known quality, graded by a judge that is lenient, squeezes its scale and likes what it says itself. */
function simulate(n: number, seed: number, { lenient = 0.2, slope = 0.5, own = 0.2 } = {}): Pair[] {
  const rng = createRng(seed);
  return Array.from({ length: n }, () => {
    const m = rng.int(LLMS.length);
    const quality = clip(0.5 + 0.08 * (m - 1.5) + 0.25 * rng.normal());
    const raw = clip(0.5 + lenient + slope * (quality - 0.5) + (m === 0 ? own : 0) + 0.1 * rng.normal());
    // A thumb: whether somebody was content.
    return { model: LLMS[m]!, raw: Math.round(10 * raw) / 10, people: Number(rng.next() < quality) };
  });
}

/** Mean error of LLMs' mean scores, and its root mean square of single answers, as a correction leaves them. */
function errors(pairs: readonly Pair[], say: (pair: Pair) => number): { means: number; squares: number } {
  const bias = LLMS.map((model) => {
    const own = pairs.filter((pair) => pair.model === model);
    return own.reduce((sum, pair) => sum + say(pair) - pair.people, 0) / own.length;
  });
  const squares = pairs.reduce((sum, pair) => sum + (say(pair) - pair.people) ** 2, 0) / pairs.length;
  return { means: bias.reduce((sum, one) => sum + Math.abs(one), 0) / bias.length, squares: Math.sqrt(squares) };
}

describe('a correction', () => {
  test('of nothing is the identity', () => {
    assert.deepEqual(fitCorrection([]), { intercept: 0, slope: 1, offsets: [] });
    assert.equal(corrected(0.3, 'a', null), 0.3);
    assert.equal(corrected(0.3, 'a', fitCorrection([])), 0.3);
  });

  test('halves the error of a judge that prefers itself, on answers that it was not fitted on', () => {
    const held = simulate(4_000, 999);
    const before = errors(held, ({ raw }) => raw);
    assert.ok(before.means > 0.15, String(before.means));
    const rows = [50, 200, 1_000].map((n) => {
      const found = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => {
        const correction = fitCorrection(simulate(n, seed));
        return errors(held, ({ raw, model }) => corrected(raw, model, correction));
      });
      const mean = (of: 'means' | 'squares'): number => found.reduce((sum, one) => sum + one[of], 0) / found.length;
      return { n, means: mean('means'), squares: mean('squares') };
    });
    for (const { n, means, squares } of rows) {
      assert.ok(means < before.means / 2, `${n} pairs: ${means} of ${before.means}`);
      assert.ok(squares < before.squares, `${n} pairs: ${squares} of ${before.squares}`);
    }
    assert.ok(rows[2]!.means < before.means / 5, String(rows[2]!.means));
  });

  test('finds who is preferred, and shrinks what few pairs say', () => {
    const pairs = simulate(2_000, 7, { lenient: 0, slope: 1, own: 0.2 });
    const { offsets } = fitCorrection(pairs);
    const own = offsets.find(({ model }) => model === 'judge/itself')!.offset;
    for (const { model, offset } of offsets) if (model !== 'judge/itself') assert.ok(offset - own > 0.1, model);
    const few = fitCorrection([...pairs, { model: 'new', raw: 0.5, people: 1 }]).offsets;
    const one = few.find(({ model }) => model === 'new')!.offset;
    assert.ok(one > 0 && one < 0.1, String(one));
  });

  test('leaves a judge that is right nearly as it is', () => {
    const correction = fitCorrection(simulate(2_000, 5, { lenient: 0, slope: 1, own: 0 }));
    for (const raw of [0.2, 0.5, 0.8]) assert.ok(Math.abs(corrected(raw, 'b', correction) - raw) < 0.08);
  });

  test('of a judge that is worse than chance says the same of all, and never leaves [0, 1]', () => {
    const rng = createRng(4);
    const pairs = Array.from({ length: 500 }, () => {
      const raw = rng.next();
      return { model: 'a', raw, people: 1 - raw };
    });
    const correction = fitCorrection(pairs);
    assert.equal(correction.slope, 0);
    const steep = { intercept: -1, slope: 3, offsets: [] };
    assert.deepEqual([corrected(0, 'a', steep), corrected(1, 'a', steep)], [0, 1]);
  });
});
