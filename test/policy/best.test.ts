import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { chancesToBeBest, chancesToBeCheapest, type Candidate } from '../../src/policy/best.js';

const DRAWS = 50_000;

/** Candidates by what is expected of each, its deviation, its cost, and how it may have recovered. */
const candidatesOf = (
  ...llms: [utility: number, uncertainty: number, cost?: number | null, recovery?: Candidate['recovery']][]
): Candidate[] =>
  llms.map(([utility, uncertainty, cost_usd = null, recovery]) => ({
    quality: utility,
    utility,
    uncertainty,
    cost_usd,
    ...(recovery && { recovery }),
  }));

const near = (found: number, expected: number, by: number): void =>
  assert.ok(Math.abs(found - expected) < by, `expected about ${expected}, got ${found}`);

/** How often `first` names each candidate, of utilities that are drawn by what is not known of each alone. */
function sampled(candidates: readonly Candidate[], first: (drawn: number[]) => number): number[] {
  const rng = createRng(1);
  const common = Math.min(...candidates.map(({ uncertainty }) => uncertainty));
  const counts = candidates.map(() => 0);
  for (let draw = 0; draw < DRAWS; draw++) {
    const drawn = candidates.map(({ utility, uncertainty, recovery }) => {
      const gained = recovery !== undefined && rng.next() < recovery.chance ? recovery.gain : 0;
      const own = Math.sqrt(uncertainty ** 2 - common ** 2);
      return utility + gained + Math.hypot(own, 0.05 * common) * rng.normal();
    });
    counts[first(drawn)]!++;
  }
  return counts.map((count) => count / DRAWS);
}

const FIELDS = [
  candidatesOf([0.7, 0.04], [0.69, 0.04], [0.6, 0.04]),
  candidatesOf([0.7, 0.002], [0.69, 0.2], [0.5, 0.4]),
  candidatesOf([0.7, 0.1], [0.7, 0.1], [0.7, 0.1], [0.68, 0.6]),
  candidatesOf([0.7, 0.05], [0.5, 0.05, null, { chance: 0.3, gain: 0.25 }], [0.4, 0.3]),
  candidatesOf(...Array.from({ length: 20 }, (_, i): [number, number] => [0.7 - 0.01 * i, 0.02 + 0.01 * i])),
];

describe('how likely an LLM is to be the best', () => {
  test('is how often it is when utilities are drawn, within .01', () => {
    for (const candidates of FIELDS) {
      const chances = chancesToBeBest(candidates);
      sampled(candidates, (drawn) => drawn.indexOf(Math.max(...drawn))).forEach((share, i) =>
        near(chances[i]!, share, 0.01),
      );
      near(
        chances.reduce((sum, chance) => sum + chance, 0),
        1,
        1e-9,
      );
    }
  });

  test('is nothing but for the first where utilities are known', () => {
    const known = chancesToBeBest(candidatesOf([0.5, 0], [0.4, 0], [0.3, 0]));
    [1, 0, 0].forEach((chance, i) => near(known[i]!, chance, 1e-3));
    assert.deepEqual([...chancesToBeBest(candidatesOf([0.5, 0.1]))], [1]);
  });

  test('is nothing for those far down a long ranking', () => {
    const chances = chancesToBeBest(
      candidatesOf(...Array.from({ length: 1_000 }, (_, i): [number, number] => [-i, 1])),
    );
    assert.ok(chances[0]! > 0.8 && chances[999] === 0);
  });

  test('is higher the less is known of one that is expected to be worse, than of the others', () => {
    const of = (uncertainty: number): number => chancesToBeBest(candidatesOf([0.7, 0.05], [0.6, uncertainty]))[1]!;
    assert.ok(of(0.4) > 1.2 * of(0.2) && of(0.2) > 10 * of(0.05), `${of(0.05)} ${of(0.2)} ${of(0.4)}`);
  });

  test('goes by what the next answers would tell of a new LLM, and not by how far answers moved another', () => {
    const [known, other] = candidatesOf([0.7, 0.06], [0.6, 0.25]) as [Candidate, Candidate];
    const of = (one: Candidate): number => chancesToBeBest([known, one])[1]!;
    assert.ok(of({ ...other, learnable: 0.2 }) > 0.2);
    assert.ok(of({ ...other, learnable: 0.02 }) < 0.001);
    assert.ok(of({ ...other, uncertainty: Math.hypot(0.06, 0.15), correction: -0.3 }) < 0.001);
  });
});

describe('how likely an LLM is to be the cheapest that is good enough', () => {
  test('is how often it is when qualities are drawn, within .01', () => {
    for (const within of [0, 0.03, 0.1])
      for (const candidates of [
        candidatesOf([0.7, 0.04, 3], [0.69, 0.04, 1], [0.6, 0.1, 2]),
        candidatesOf([0.7, 0.02, 1], [0.65, 0.2, null], [0.66, 0.1, 0.5], [0.5, 0.1, 0.1, { chance: 0.5, gain: 0.2 }]),
      ]) {
        const chances = chancesToBeCheapest(candidates, within);
        const cost = (i: number): number => candidates[i]!.cost_usd ?? Infinity;
        const cheapest = (drawn: number[]): number => {
          const enough = [...drawn.keys()].filter((i) => drawn[i]! >= Math.max(...drawn) - within);
          return enough.reduce((a, b) => (cost(b) < cost(a) ? b : a));
        };
        sampled(candidates, cheapest).forEach((share, i) => near(chances[i]!, share, 0.01));
      }
  });
});
