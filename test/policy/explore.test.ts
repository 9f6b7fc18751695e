import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { chancesOf, explored } from '../../src/policy/explore.js';
import type { Exploration } from '../../src/schema/exploration.js';
import type { Rules } from '../../src/schema/policy.js';
import type { RankedLlm } from '../../src/schema/route.js';

/** A ranking of LLMs by what is expected of each, and its deviation. */
const rankingOf = (...llms: [utility: number, uncertainty: number, cost?: number | null][]): RankedLlm[] =>
  llms.map(([utility, uncertainty, cost_usd = null], i) => {
    return { model: `llm-${i}`, quality: utility, utility, uncertainty, cost_usd } as RankedLlm;
  });

const near = (found: number, expected: number, by: number): void =>
  assert.ok(Math.abs(found - expected) < by, `expected about ${expected}, got ${found}`);

const ranking = rankingOf([0.7, 0.05], [0.68, 0.1], [0.2, 0.1]);
const LEARNED = { isLearned: true };
const chances = (exploration: Exploration, of = ranking, rules: Rules = {}): number[] | null => {
  const found = chancesOf(of, { ...rules, exploration }, LEARNED);
  return found && [...found];
};
const thompson = (rest: Partial<Exclude<Exploration, number>> = {}): Exploration => ({ method: 'thompson', ...rest });

/** What is given up in expectation, by chances over a ranking. */
const given = (of: readonly RankedLlm[], by: readonly number[]): number =>
  by.reduce((sum, chance, i) => sum + chance * Math.max(0, of[0]!.utility - of[i]!.utility), 0);

describe('what chance chooses', () => {
  const ways: [string, Exploration][] = [
    ['a share', 0.4],
    ['epsilon', { method: 'epsilon', share: 0.4 }],
    ['Thompson', thompson({ share: 0.4 })],
    ['Thompson within a budget', thompson({ budget: 0.005 })],
  ];
  for (const [name, exploration] of ways)
    test(`${name}: as often as its propensity says`, () => {
      const rng = createRng(2);
      const counts = new Map<string, number>();
      const propensities = new Map<string, number>();
      for (let i = 0; i < 20_000; i++) {
        const { chosen, propensity } = explored(ranking, { exploration }, { rng, ...LEARNED });
        counts.set(chosen, (counts.get(chosen) ?? 0) + 1);
        propensities.set(chosen, propensity);
      }
      for (const [model, count] of counts) near(count / 20_000, propensities.get(model)!, 0.015);
    });

  test('is any alike by epsilon, and by Thompson before anything is trained', () => {
    assert.deepEqual(chances(0.3), chances({ method: 'epsilon', share: 0.3 }));
    const alike = chances(0.3)!;
    [0.8, 0.1, 0.1].forEach((chance, i) => near(alike[i]!, chance, 1e-9));
    assert.deepEqual(
      [...chancesOf(ranking, { exploration: thompson({ share: 0.3, budget: 1 }) }, { isLearned: false })!],
      alike,
    );
  });

  test('is the first for certain where nothing is left to it', () => {
    assert.equal(chancesOf(ranking, {}, LEARNED), null);
    assert.equal(chances(0), null);
    assert.equal(chances(thompson({ budget: 0 })), null);
    assert.equal(chances(thompson(), ranking.slice(0, 1)), null);
    assert.deepEqual(explored(ranking, {}, { rng: createRng(1), ...LEARNED }), { chosen: 'llm-0', propensity: 1 });
  });

  test('is the pinned LLM by Thompson sampling', () => {
    assert.equal(chances(thompson(), ranking, { pin: [ranking[0]!.model] }), null);
    assert.ok(chances(thompson(), ranking, { pin: [ranking[1]!.model] }));
  });

  test('gives up no more than the budget, and all of its share where that costs less', () => {
    const wide = rankingOf([0.7, 0.05], [0.5, 0.6], [0.3, 0.6]);
    for (const budget of [0.001, 0.01, 0.05]) {
      near(given(wide, chances(thompson({ budget }), wide)!), budget * 0.7, 1e-9);
      near(given(wide, chances({ method: 'epsilon', share: 1, budget }, wide)!), budget * 0.7, 1e-9);
    }
    const close = rankingOf([0.7, 0.05], [0.7, 0.3]);
    assert.deepEqual(
      chances(thompson(), close)!.map((chance) => Number(chance.toFixed(3))),
      [0.5, 0.5],
    );
  });

  test('is never an LLM below the floor, or one that is excluded', () => {
    const priced = rankingOf([0.7, 0.1, 5], [0.68, 0.1, 1], [0.68, 0.1, null], [0.68, 0.1, 9], [0.5, 0.9, 1]);
    const tried = (exploration: Exploration): string[] => {
      const found = chances(exploration, priced) ?? [1];
      return priced.filter((_, i) => (found[i] ?? 0) > 0).map(({ model }) => model);
    };
    assert.equal(tried(thompson()).length, 5);
    for (const method of ['thompson', 'epsilon'] as const) {
      assert.deepEqual(tried({ method, floor: { max_cost_usd: 2 } }), ['llm-0', 'llm-1', 'llm-4']);
      assert.deepEqual(tried({ method, floor: { max_cost_usd: 2, min_quality: 0.6 } }), ['llm-0', 'llm-1']);
      assert.deepEqual(tried({ method, exclude: priced.slice(1).map(({ model }) => model) }), ['llm-0']);
    }
  });

  test('is the cheapest that may be good enough where a policy asks for that', () => {
    const priced = rankingOf([0.69, 0.03, 1], [0.7, 0.03, 5], [0.66, 0.1, 0.1]);
    const found = chances(thompson({ budget: 1 }), priced, { cheapest_within: 0.02 })!;
    assert.ok(found[2]! > 0.2 && found[2]! < 0.5 && found[1]! < found[0]!, String(found));
  });

  test('is an LLM that got worse more often the likelier it has recovered', () => {
    const sick = (chance: number): RankedLlm[] =>
      rankingOf([0.7, 0.05], [0.5, 0.05]).map((llm, i) =>
        i === 0 ? llm : { ...llm, recovery: { chance, gain: 0.3 } },
      );
    const whole = thompson({ budget: 1 });
    const [seldom, often] = [chances(whole, sick(0.05))!, chances(whole, sick(0.5))!];
    assert.ok(chances(whole, sick(0))![1]! < 1e-4);
    assert.ok(seldom[1]! > 0.03 && seldom[1]! < 0.06 && often[1]! > 0.4, `${seldom[1]} ${often[1]}`);
  });
});
