import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { isSampled, isUncertain, shareOf, type SampleFacts } from '../../src/judge/sample.js';
import { JudgeSettings } from '../../src/schema/judge.js';

const KEY = 'a'.repeat(16);
const clear = [
  { quality: 0.3, uncertainty: 0.1 },
  { quality: 0.9, uncertainty: 0.1 },
  { quality: 0.5, uncertainty: 0.1 },
];
const close = [...clear, { quality: 0.85, uncertainty: 0.1 }];
const facts = (more: Partial<SampleFacts> = {}): SampleFacts => ({
  key: null,
  policy: 'quality',
  ranking: clear,
  ...more,
});

describe('the share of answers that is judged', () => {
  test('is greater where the two best are nearer than their uncertainty', () => {
    assert.deepEqual([isUncertain(clear), isUncertain(close), isUncertain(clear.slice(0, 1))], [false, true, false]);
    const settings = JudgeSettings.parse({ share: 0.25, uncertain_share: 0.5 });
    assert.deepEqual([shareOf(settings, facts()), shareOf(settings, facts({ ranking: close }))], [0.25, 0.75]);
    assert.equal(shareOf(JudgeSettings.parse({ share: 0.9, uncertain_share: 0.5 }), facts({ ranking: close })), 1);
    assert.equal(shareOf(JudgeSettings.parse({ share: 0, uncertain_share: 0.5 }), facts({ ranking: close })), 0.5);
  });

  test('is of the key, else of the policy, else of all; a key or policy of none is never judged', () => {
    const settings = JudgeSettings.parse({ share: 0.1, by_policy: { cost: 0.2, none: 0 }, by_key: { [KEY]: 0.3 } });
    const shares = [facts(), facts({ policy: 'cost' }), facts({ key: KEY }), facts({ policy: 'cost', key: KEY })];
    assert.deepEqual(
      shares.map((one) => shareOf(settings, one)),
      [0.1, 0.2, 0.3, 0.3],
    );
    assert.equal(shareOf(settings, facts({ policy: 'none', ranking: close })), 0);
    assert.equal(shareOf(settings, facts({ policy: 'toString' })), 0.1);
  });

  test('is kept to by chance, the same of a seed', () => {
    const settings = JudgeSettings.parse({ share: 0.05 });
    const drawn = (seed: number): number => {
      const rng = createRng(seed);
      return Array.from({ length: 20_000 }, () => isSampled(settings, facts(), rng)).filter(Boolean).length;
    };
    assert.ok(Math.abs(drawn(1) - 1_000) < 100, String(drawn(1)));
    assert.equal(drawn(2), drawn(2));
  });
});
