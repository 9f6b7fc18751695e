import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { createCorrections, type GroupShare } from '../../src/machines/correction.js';

const HALF_LIFE = 400;
const only = (group: string): GroupShare[] => [{ group, probability: 1 }];

/** An answer's residual where right and wrong answers are as likely, `off` higher than expected. */
const residual = (rng: ReturnType<typeof createRng>, off = 0, scale = 1): number =>
  scale * ((rng.next() < 0.5 + off ? 1 : 0) - 0.5);

describe('corrections', () => {
  test('follow an LLM that fell 20 points in one group within some 60 of its answers, and reach no other', () => {
    const rng = createRng(1);
    const corrections = createCorrections(HALF_LIFE);
    for (let i = 0; i < 200; i++)
      for (const group of ['math', 'law'])
        for (const model of ['a', 'b']) corrections.observe(model, only(group), residual(rng));
    const healthy = corrections.of('a', only('law'));
    assert.ok(Math.abs(healthy) < 0.02, String(healthy));
    for (let i = 0; i < 60; i++) corrections.observe('a', only('math'), residual(rng, -0.3));
    assert.ok(corrections.of('a', only('math')) < corrections.of('b', only('math')) - 0.05);
    for (let i = 0; i < 140; i++) corrections.observe('a', only('math'), residual(rng, -0.3));
    assert.ok(corrections.of('a', only('math')) < -0.15);
    assert.ok(Math.abs(corrections.of('b', only('math'))) < 0.05);
    assert.ok(Math.abs(corrections.of('a', only('law')) - healthy) < 0.02);
    assert.equal(corrections.of('a', only('never asked')), 0);
    assert.equal(corrections.of('a', []), 0);
  });

  test('are forgotten: after some half-lives of the group’s answers, whoever gave them, little is left', () => {
    const rng = createRng(2);
    const corrections = createCorrections(100);
    for (let i = 0; i < 100; i++) corrections.observe('a', only('math'), residual(rng, -0.3));
    const fallen = corrections.of('a', only('math'));
    assert.ok(fallen < -0.15, String(fallen));
    for (let i = 0; i < 500; i++) corrections.observe('b', only('math'), residual(rng));
    assert.ok(corrections.of('a', only('math')) > 0.2 * fallen);
  });

  test('what all LLMs share is put to all, those that were not asked, too', () => {
    const rng = createRng(3);
    const corrections = createCorrections(HALF_LIFE);
    for (let i = 0; i < 400; i++)
      for (const model of ['a', 'b', 'c', 'd', 'e', 'f']) corrections.observe(model, only('math'), residual(rng, -0.1));
    const unasked = corrections.of('unasked', only('math'));
    assert.ok(unasked < -0.06 && unasked > -0.12, String(unasked));
    assert.ok(corrections.of('a', only('math')) < unasked + 0.02);
  });

  test('are in the units of the scores, and small where nothing changed', () => {
    for (const scale of [1, 0.03]) {
      const rng = createRng(4);
      const corrections = createCorrections(HALF_LIFE);
      for (let i = 0; i < 3_000; i++) corrections.observe('a', only('math'), residual(rng, 0, scale));
      assert.ok(Math.abs(corrections.of('a', only('math'))) < 0.02 * scale);
      for (let i = 0; i < 200; i++) corrections.observe('a', only('math'), residual(rng, -0.4, scale));
      assert.ok(corrections.of('a', only('math')) < -0.2 * scale);
    }
  });

  test('count an answer as far as it weighs: ten of a tenth are as one', () => {
    const [light, whole] = [createCorrections(HALF_LIFE), createCorrections(HALF_LIFE)];
    for (let i = 0; i < 200; i++) whole.observe('a', only('math'), i % 2 === 0 ? -0.5 : 0.3);
    for (let i = 0; i < 2_000; i++) light.observe('a', only('math'), (i / 10) % 2 < 1 ? -0.5 : 0.3, 0.1);
    const [a, b] = [light, whole].map((corrections) => corrections.of('a', only('math')));
    assert.ok(b! < -0.01 && Math.abs(a! - b!) < 0.01, `${a} and ${b}`);
    const single = createCorrections(HALF_LIFE);
    single.observe('a', only('math'), -0.5, 0.1);
    assert.notEqual(single.of('a', only('math')), 0, 'a light one is not let go of at once');
  });

  test('count an answer in each group by how likely it is of it', () => {
    const rng = createRng(5);
    const corrections = createCorrections(HALF_LIFE);
    const mostly = [
      { group: 'math', probability: 0.9 },
      { group: 'law', probability: 0.1 },
    ];
    for (let i = 0; i < 200; i++) corrections.observe('a', mostly, residual(rng, -0.3));
    const [math, law] = [corrections.of('a', only('math')), corrections.of('a', only('law'))];
    assert.ok(math < -0.15 && Math.abs(law) < 0.5 * Math.abs(math), `${math} ${law}`);
    assert.ok(Math.abs(corrections.of('a', mostly) - (0.9 * math + 0.1 * law)) < 1e-9);
  });

  test('an LLM that fell is likelier well again the more answers came of others, and by its own that are well', () => {
    const rng = createRng(8);
    const corrections = createCorrections(800);
    const well = (): number => corrections.recoveryOf('a', only('math'))?.chance ?? 1;
    const both = (count: number, off: number, ownToo = true): void => {
      for (let i = 0; i < count; i++) {
        if (ownToo) corrections.observe('a', only('math'), residual(rng, off));
        corrections.observe('b', only('math'), residual(rng));
      }
    };
    both(200, 0);
    assert.equal(corrections.recoveryOf('a', only('law')), null);
    both(200, -0.35);
    const { chance: fallen, gain } = corrections.recoveryOf('a', only('math'))!;
    assert.ok(fallen < 0.2 && gain > 0.2 && gain < 0.5, `${fallen} ${gain}`);
    both(100, 0, false);
    const waited = well();
    assert.ok(waited > fallen + 0.1 && waited < fallen + 0.25, `${fallen} ${waited}`);
    both(10, -0.35);
    assert.ok(well() < waited, 'it is still as bad');
    both(40, 0);
    assert.ok(well() > 0.8, String(well()));
    assert.equal(corrections.recoveryOf('b', only('math')), null);
  });
});
