import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { chancesToBeBest, explored } from '../../src/policy/explore.js';
import type { RankedLlm } from '../../src/schema/route.js';

/** A ranking of LLMs by what is expected of each, and its deviation. */
const rankingOf = (...llms: [utility: number, uncertainty: number][]): RankedLlm[] =>
  llms.map(([utility, uncertainty], i) => ({ model: `llm-${i}`, utility, uncertainty }) as RankedLlm);

const near = (found: number, expected: number, by: number): void =>
  assert.ok(Math.abs(found - expected) < by, `expected about ${expected}, got ${found}`);

describe('how likely an LLM is to be the best', () => {
  test('is how often it is when utilities are drawn, with half their deviations', () => {
    const rng = createRng(1);
    for (const ranking of [
      rankingOf([0.7, 0.04], [0.69, 0.04], [0.6, 0.04]),
      rankingOf([0.7, 0.002], [0.69, 0.2], [0.5, 0.4]),
      rankingOf([0.7, 0.1], [0.7, 0.1], [0.7, 0.1], [0.68, 0.6]),
    ]) {
      const counts = ranking.map(() => 0);
      for (let draw = 0; draw < 20_000; draw++) {
        const drawn = ranking.map(({ utility, uncertainty }) => utility + (uncertainty / 2) * rng.normal());
        counts[drawn.indexOf(Math.max(...drawn))]!++;
      }
      const chances = chancesToBeBest(ranking);
      counts.forEach((count, i) => near(chances[i]!, count / 20_000, 0.015));
      near(
        chances.reduce((sum, chance) => sum + chance, 0),
        1,
        1e-9,
      );
    }
  });

  test('is nothing but for the first where utilities are known', () => {
    const known = chancesToBeBest(rankingOf([0.5, 0], [0.4, 0], [0.3, 0]));
    [1, 0, 0].forEach((chance, i) => near(known[i]!, chance, 1e-3));
    assert.deepEqual([...chancesToBeBest(rankingOf([0.5, 0.1]))], [1]);
  });

  test('is nothing for those far down a long ranking', () => {
    const chances = chancesToBeBest(rankingOf(...Array.from({ length: 1_000 }, (_, i): [number, number] => [-i, 1])));
    assert.ok(chances[0]! > 0.8 && chances[999] === 0);
  });
});

describe('what chance chooses', () => {
  const ranking = rankingOf([0.7, 0.1], [0.68, 0.1], [0.2, 0.1]);

  for (const explore of ['evenly', 'likely'] as const)
    test(`${explore}: as often as its propensity says`, () => {
      const rng = createRng(2);
      const counts = new Map<string, number>();
      const propensities = new Map<string, number>();
      for (let i = 0; i < 20_000; i++) {
        const { chosen, propensity } = explored(ranking, { exploration: 0.4, explore }, { rng, isLearned: true });
        counts.set(chosen, (counts.get(chosen) ?? 0) + 1);
        propensities.set(chosen, propensity);
      }
      for (const [model, count] of counts) near(count / 20_000, propensities.get(model)!, 0.01);
      near(counts.get('llm-2') ?? 0, explore === 'evenly' ? (20_000 * 0.4) / 3 : 0, 200);
    });

  test('is any alike before anything is trained', () => {
    const rng = createRng(3);
    for (let i = 0; i < 100; i++) {
      const { chosen, propensity } = explored(
        ranking,
        { exploration: 0.3, explore: 'likely' },
        { rng, isLearned: false },
      );
      near(propensity, chosen === 'llm-0' ? 0.8 : 0.1, 1e-9);
    }
  });

  test('is the first where nothing is left to it', () => {
    assert.deepEqual(explored(ranking, { explore: 'likely' }, { rng: createRng(1), isLearned: true }), {
      chosen: 'llm-0',
      propensity: 1,
    });
  });
});
