import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compare, noShadowSums, type ShadowSums } from '../../../src/machines/shadow-sums.js';
import { Shadow } from '../../../src/schema/experiment.js';
import type { ExpectedOfBoth } from '../../../src/schema/shadow.js';
import type { Ledger } from '../../../src/store/ports/index.js';
import { MOST_DISAGREEMENTS, type ShadowDisagreement, type ShadowNews } from '../../../src/store/ports/shadows.js';
import { decisionRecord } from '../../support/decision.js';
import { START } from '../support.js';
import { sizeOf, sweepAll } from './retention.js';
import { ODD_IDS, testBusy, type StoreUnderTest } from './store-under-test.js';

const DAY = 86_400_000;
/** Ids of decisions. */
const id = (n: number): string => `0199b2c0-0000-7000-8000-${String(n).padStart(12, '0')}`;
const BODY = Shadow.parse({ kind: 'shadow', candidate: { policy: 'cost' } });

const begin = (ledger: Ledger, name = 's') => ledger.experiments.put(name, BODY);

const expected = (quality: number, cost: number | null = null): ExpectedOfBoth => {
  const one = { quality, cost_usd: cost, latency_ms: 10 };
  return { active: { active: one, candidate: one }, candidate: { active: one, candidate: null } };
};

function sumsOf(...pairs: [model: string, candidate: string][]): ShadowSums {
  const sums = noShadowSums();
  for (const [model, candidate] of pairs) compare(sums, { model, candidate, expected: expected(0.5) });
  return sums;
}

const disagreement = (n: number, more: Partial<ShadowDisagreement> = {}): Omit<ShadowDisagreement, 'raw'> => ({
  decision: id(n),
  at: START + n,
  model: 'a',
  candidate: 'b',
  expected: expected(0.5, 0.25),
  ...more,
});

const news = (more: Partial<ShadowNews> = {}): ShadowNews => ({
  experiment: 's',
  sums: noShadowSums(),
  disagreements: [],
  ...more,
});

const verdict = (n: number, raw: number) => ({ decision: id(n), at: START + n, model: 'a', candidate: 'b', raw });
const listed = async ({ shadows }: Ledger, limit = 9, before?: string): Promise<string[]> =>
  (await shadows.disagreements('s', { limit, before })).map(({ decision }) => decision);

export function describeShadowStore(store: StoreUnderTest): void {
  describe('shadows', () => {
    test('what shadows came to is added up over openers, each by its own', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const other = await openAgain();
      await begin(ledger);
      await begin(ledger, 't');
      const empty = { sums: noShadowSums(), wins: 0, losses: 0, ties: 0, spentUsd: 0 };
      assert.deepEqual(await ledger.shadows.totals('s'), empty);
      await ledger.shadows.add([news({ sums: sumsOf(['a', 'a'], ['a', 'b']) })]);
      const more = { ...sumsOf(['c', 'b']), dropped: 3, failed: 2 };
      await other.shadows.add([news({ sums: more }), news({ experiment: 't', sums: sumsOf(['a', 'a']) })]);
      await ledger.shadows.add([]);
      const whole = { ...sumsOf(['a', 'a'], ['a', 'b'], ['c', 'b']), dropped: 3, failed: 2 };
      const { sums } = await other.shadows.totals('s');
      assert.deepEqual({ ...sums, models: new Map([...sums.models].toSorted()) }, whole);
      assert.equal((await ledger.shadows.totals('t')).sums.compared, 1);
      assert.deepEqual(await ledger.shadows.totals('never'), empty);
    });

    test('odd names come back as they were given', async (t) => {
      const { ledger } = await store.open(t);
      await begin(ledger);
      const odd = ODD_IDS.map((model, n) => disagreement(n, { model, candidate: model }));
      await ledger.shadows.add([
        news({ sums: sumsOf(...ODD_IDS.map((one): [string, string] => [one, one])), disagreements: odd }),
      ]);
      assert.deepEqual([...(await ledger.shadows.totals('s')).sums.models.keys()].toSorted(), ODD_IDS.toSorted());
      assert.deepEqual(
        (await ledger.shadows.disagreements('s', { limit: 9 })).toReversed(),
        odd.map((one) => ({ ...one, raw: null })),
      );
    });

    test('disagreements are listed by page, newest first, and the newest are kept', async (t) => {
      const { ledger } = await store.open(t);
      await begin(ledger);
      await ledger.shadows.add([news({ disagreements: [1, 3, 2].map((n) => disagreement(n)) })]);
      assert.deepEqual(await listed(ledger, 2), [id(3), id(2)]);
      assert.deepEqual(await listed(ledger, 2, id(2)), [id(1)]);
      assert.deepEqual(await ledger.shadows.disagreements('t', { limit: 9 }), []);
      const many = Array.from({ length: MOST_DISAGREEMENTS }, (_, n) => disagreement(10 + n));
      await ledger.shadows.add([news({ disagreements: many.slice(1) })]);
      assert.equal((await listed(ledger, 2_000)).at(-1), id(3));
      await ledger.shadows.add([news({ disagreements: many.slice(0, 1) })]);
      assert.deepEqual([(await listed(ledger, 2_000)).length, (await listed(ledger, 2_000)).at(-1)], [1_000, id(10)]);
      assert.deepEqual(await sizeOf(ledger, 'shadow_disagreement'), { rows: 1_000, bytes: 0, removed: 3 });
    });

    test('the first verdict on a disagreement counts, also before it was written', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const other = await openAgain();
      await begin(ledger);
      const settle = (by: Ledger, n: number, raw: number): Promise<void> =>
        by.shadows.settle({ experiment: 's', claimedUsd: 0, spentUsd: 0, verdict: verdict(n, raw) });
      await ledger.shadows.add([news({ disagreements: [disagreement(1)] })]);
      for (const [n, raw] of [
        [1, 1],
        [1, 0],
        [2, 0],
        [3, 0.5],
        [4, 0],
      ] as const)
        await settle(other, n, raw);
      const { wins, losses, ties } = await ledger.shadows.totals('s');
      assert.deepEqual({ wins, losses, ties }, { wins: 2, losses: 1, ties: 1 });
      assert.deepEqual(await Promise.all([1, 2, 5].map((n) => ledger.shadows.isJudged('s', id(n)))), [
        true,
        true,
        false,
      ]);
      assert.equal(await ledger.shadows.isJudged('t', id(1)), false);
      await ledger.shadows.add([news({ disagreements: [disagreement(2)] })]);
      const [, , second, first] = await ledger.shadows.disagreements('s', { limit: 9 });
      assert.deepEqual(second, { ...disagreement(2), raw: 0 });
      assert.deepEqual(first, { ...disagreement(1), raw: 1 });
    });

    test('openers share the budget of a shadow, and what is claimed is held until it is settled', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const other = await openAgain();
      await begin(ledger);
      const claim = { experiment: 's', usd: 0.3, budgetUsd: 1 };
      const claims = await Promise.all([ledger, other, ledger, other].map(({ shadows }) => shadows.claim(claim)));
      assert.deepEqual(claims.filter(Boolean).length, 3);
      await other.shadows.settle({ experiment: 's', claimedUsd: 0.3, spentUsd: 0, verdict: null });
      assert.equal(await ledger.shadows.claim(claim), true);
      assert.equal(await ledger.shadows.claim(claim), false);
      assert.ok(Math.abs((await (await openAgain()).shadows.totals('s')).spentUsd - 0.9) < 1e-9);
      assert.equal(await ledger.shadows.claim({ ...claim, budgetUsd: 2 }), true, 'a budget may grow');
      assert.equal(await ledger.shadows.claim({ ...claim, experiment: 'never' }), false);
    });

    test('it all goes with the experiment, and what comes later of one that is gone is not kept', async (t) => {
      const { ledger } = await store.open(t);
      await begin(ledger);
      await ledger.shadows.add([news({ sums: sumsOf(['a', 'b']), disagreements: [disagreement(1)] })]);
      await ledger.shadows.claim({ experiment: 's', usd: 1, budgetUsd: 1 });
      await ledger.experiments.delete('s');
      await ledger.shadows.add([news({ sums: sumsOf(['a', 'b']), disagreements: [disagreement(2)] })]);
      await ledger.shadows.settle({ experiment: 's', claimedUsd: 1, spentUsd: 1, verdict: verdict(1, 1) });
      assert.deepEqual(await ledger.shadows.totals('s'), {
        sums: noShadowSums(),
        wins: 0,
        losses: 0,
        ties: 0,
        spentUsd: 0,
      });
      assert.deepEqual(await listed(ledger), []);
      assert.deepEqual(await sizeOf(ledger, 'shadow_disagreement'), { rows: 0, bytes: 0, removed: 1 });
      await begin(ledger);
      assert.equal((await ledger.shadows.totals('s')).sums.compared, 0);
    });

    test('disagreements are kept as long as decisions; sums stay', async (t) => {
      const { ledger, time } = await store.open(t);
      await begin(ledger);
      await ledger.decisions.append([decisionRecord(id(5), { at: START + 2 * DAY })]);
      const old = [1, 2].map((n) => disagreement(n, { at: START + n * DAY + DAY / 2 }));
      await ledger.shadows.add([news({ sums: sumsOf(['a', 'b'], ['a', 'b']), disagreements: old })]);
      time.now = START + 3 * DAY;
      await sweepAll(ledger);
      assert.deepEqual(await listed(ledger), [id(2)]);
      assert.equal((await ledger.shadows.totals('s')).sums.compared, 2);
    });

    testBusy(store, {
      add: ({ shadows }) => shadows.add([news()]),
      claim: ({ shadows }) => shadows.claim({ experiment: 's', usd: 0.1, budgetUsd: 1 }),
      settle: ({ shadows }) => shadows.settle({ experiment: 's', claimedUsd: 0, spentUsd: 0, verdict: verdict(1, 1) }),
    });
  });
}
