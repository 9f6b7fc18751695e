import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RetentionSettings } from '../../../src/schema/retention.js';
import type { JudgedPair, Verdict } from '../../../src/store/ports/judge.js';
import type { Ledger } from '../../../src/store/ports/index.js';
import { interaction, signal, START } from '../support.js';
import { sizeOf, sweepAll } from './retention.js';
import { testBusy, type StoreUnderTest } from './store-under-test.js';

const DAY_MS = 86_400_000;
/** Ids of decisions. */
const id = (n: number): string => `0199b2c0-0000-7000-8000-${String(n).padStart(12, '0')}`;

const verdict = (n: number, more: Partial<Verdict> = {}): Verdict => ({
  decision: id(n),
  model: 'a',
  judge: 'j',
  form: 'f',
  against: null,
  raw: 0.5,
  value: 0.25,
  at: START,
  ...more,
});

const settled = (ledger: Ledger, kept: Verdict | null, spentUsd = 0): Promise<Verdict | null> =>
  ledger.judge.settle({ day: '2026-01-01', claimedUsd: 0, spentUsd, verdict: kept });

export function describeJudgeStore(store: StoreUnderTest): void {
  describe('judging', () => {
    test('openers share the budget of a day, in UTC, and what is claimed is held until it is settled', async (t) => {
      const { ledger, openAgain, time } = await store.open(t);
      const other = await openAgain();
      time.now = START + DAY_MS - 1;
      const claim = { usd: 0.3, budgetUsd: 1 };
      const claims = await Promise.all([ledger, other, ledger, other].map(({ judge }) => judge.claim(claim)));
      assert.equal(claims.filter(({ granted }) => granted).length, 3);
      assert.ok(claims.every(({ day }) => day === '2026-01-01'));
      const { spentUsd, ...counts } = await other.judge.today();
      assert.ok(Math.abs(spentUsd - 0.9) < 1e-9);
      assert.deepEqual(counts, { day: '2026-01-01', judged: 0, dropped: 1 });
      time.now = START + DAY_MS;
      assert.deepEqual(await ledger.judge.today(), { day: '2026-01-02', spentUsd: 0, judged: 0, dropped: 0 });
      assert.deepEqual(await ledger.judge.claim(claim), { granted: true, day: '2026-01-02' });
      // What ends after midnight counts on the day that it was claimed on.
      await other.judge.settle({ day: '2026-01-01', claimedUsd: 0.3, spentUsd: 0.1, verdict: verdict(1) });
      assert.deepEqual(await ledger.judge.today(), { day: '2026-01-02', spentUsd: 0.3, judged: 0, dropped: 0 });
      time.now = START;
      const first = await ledger.judge.today();
      assert.deepEqual([first.spentUsd.toFixed(6), first.judged], ['0.700000', 1]);
    });

    test('a claim that just fits is granted, whatever was given back before', async (t) => {
      const { ledger } = await store.open(t);
      for (let i = 0; i < 10; i++) {
        const { day } = await ledger.judge.claim({ usd: 0.1, budgetUsd: 0.1 });
        await ledger.judge.settle({ day, claimedUsd: 0.1, spentUsd: 0, verdict: null });
      }
      assert.deepEqual(await ledger.judge.claim({ usd: 0.1, budgetUsd: 0.1 }), { granted: true, day: '2026-01-01' });
      assert.equal((await ledger.judge.claim({ usd: 0, budgetUsd: 0 })).granted, false);
    });

    test('what is not judged is counted', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.judge.drop(3);
      await ledger.judge.drop(0);
      assert.equal((await ledger.judge.today()).dropped, 3);
    });

    test('a decision has one verdict, the first', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const other = await openAgain();
      const first = verdict(1, { against: 'b', raw: 1, value: 0.75 });
      assert.deepEqual(await settled(ledger, first, 0.5), first);
      assert.deepEqual(await settled(other, verdict(1, { raw: 0 }), 0.25), first);
      assert.equal(await settled(other, null), null);
      assert.deepEqual(await other.judge.verdict(id(1)), first);
      assert.equal(await ledger.judge.verdict(id(2)), undefined);
      const { spentUsd, judged } = await ledger.judge.today();
      assert.deepEqual([spentUsd, judged], [0.75, 1], 'both were paid for');
      assert.deepEqual(await sizeOf(ledger, 'verdict'), { rows: 1, bytes: 0, removed: 0 });
    });

    test('verdicts are paired with what people said of the same LLM’s answer, the newest first', async (t) => {
      const { ledger } = await store.open(t);
      for (const one of [
        verdict(1, { raw: 0.1 }),
        verdict(2, { raw: 0.2 }),
        verdict(3, { raw: 0.3, model: 'b' }),
        verdict(4, { raw: 0.4, judge: 'k' }),
        verdict(5, { raw: 0.5, form: 'g' }),
        verdict(6, { raw: 0.6 }),
      ])
        await settled(ledger, one);
      const of = (n: number) => ({ decision_id: id(n) });
      await ledger.feedback.append([
        {
          records: [
            signal('q', 'a', 1, { ...of(1), source: 'user' }),
            interaction('q', 'a', 0.5, of(1)),
            interaction('q', 'a', undefined, of(1)),
            signal('q', 'a', 0, { ...of(1), source: 'endpoint' }),
            signal('q', 'a', 0, { ...of(1), signal: 'judge', source: 'j' }),
            signal('q', 'a', 0, { ...of(2), signal: 'valid_json' }),
            interaction('q', 'a', 0, of(3)),
            interaction('q', 'b', 1, of(3)),
            ...[4, 5].map((n) => signal('q', 'a', 1, { ...of(n), source: 'user' })),
            signal('q', 'a', 0, of(6)),
          ],
        },
      ]);
      const expected: JudgedPair[] = [
        { model: 'a', raw: 0.6, value: 0.25, people: 0 },
        { model: 'b', raw: 0.3, value: 0.25, people: 1 },
        { model: 'a', raw: 0.1, value: 0.25, people: 0.75 },
      ];
      const found: JudgedPair[] = [];
      let before: number | undefined;
      for (let parts = 0; parts < 10; parts++) {
        const { pairs, next } = await ledger.judge.pairs({ judge: 'j', form: 'f', before, limit: 2 });
        found.push(...pairs);
        if (next === null) break;
        before = next;
      }
      assert.deepEqual(found, expected);
      assert.deepEqual(await ledger.judge.pairs({ judge: 'nobody', form: 'f', limit: 9 }), { pairs: [], next: null });
    });

    test('verdicts and sums by day are kept as long as is set', async (t) => {
      const { ledger, time } = await store.open(t);
      await settled(ledger, verdict(1, { at: START }));
      await settled(ledger, verdict(2, { at: START + 9 * DAY_MS }));
      await ledger.settings.put('retention', RetentionSettings.parse({ verdict_days: 5, summary_days: 5 }));
      time.now = START + 10 * DAY_MS;
      await ledger.judge.drop(1);
      await sweepAll(ledger);
      assert.equal(await ledger.judge.verdict(id(1)), undefined);
      assert.ok((await ledger.judge.verdict(id(2))) !== undefined);
      assert.deepEqual(await sizeOf(ledger, 'verdict'), { rows: 1, bytes: 0, removed: 1 });
      assert.equal((await ledger.judge.today()).dropped, 1);
      time.now = START;
      assert.equal((await ledger.judge.today()).judged, 0, 'the sums of that day are gone');
    });

    testBusy(store, {
      claim: ({ judge }) => judge.claim({ usd: 0.1, budgetUsd: 1 }),
      settle: ({ judge }) => judge.settle({ day: '2026-01-01', claimedUsd: 0, spentUsd: 0, verdict: verdict(1) }),
      drop: ({ judge }) => judge.drop(1),
    });
  });
}
