import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StepReport } from '../../../src/schema/cascade.js';
import type { CallReport } from '../../../src/schema/health.js';
import type { Ledger } from '../../../src/store/ports/index.js';
import { decisionRecord } from '../../support/decision.js';
import { profile, START } from '../support.js';
import { ODD_IDS, ODD_TEXTS, testBusy, type StoreUnderTest } from './store-under-test.js';

const append = ({ cascades }: Ledger, position: number, report: StepReport, call: CallReport | null = null) =>
  cascades.append({ decision: 'd', position, report, call });

const m = profile('m').id;
const failed: CallReport = { model: m, ok: false, error: 'down' };

export function describeCascadeStore(store: StoreUnderTest): void {
  describe('cascades', () => {
    test('steps come back in order, as they were reported', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      await ledger.decisions.append([decisionRecord('d'), decisionRecord('other')]);
      assert.deepEqual(await ledger.cascades.steps('d'), []);
      assert.deepEqual(await ledger.cascades.steps('never'), []);
      const reports: StepReport[] = [
        { model: m, error: 'late', latency_ms: 12.5 },
        { score: 0.25, cost_usd: 0.001 },
        { ok: true },
      ];
      for (const [position, report] of reports.entries()) assert.equal(await append(ledger, position, report), true);
      const other = { decision: 'other', position: 0, report: { ok: false }, call: null };
      assert.equal(await ledger.cascades.append(other), true);
      assert.deepEqual(await (await openAgain()).cascades.steps('d'), reports);
    });

    test('a step whose place is taken, or not reached yet, is not written, nor is its call counted', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.catalog.put(profile('m'));
      await ledger.decisions.append([decisionRecord('d')]);
      assert.equal(await append(ledger, 0, { ok: false }), true);
      const before = await ledger.changes.revisions();
      for (const position of [0, 2, -1])
        for (let i = 0; i < 5; i++) assert.equal(await append(ledger, position, { error: 'down' }, failed), false);
      assert.deepEqual(await ledger.cascades.steps('d'), [{ ok: false }]);
      assert.deepEqual(await ledger.breakers.list(), new Map());
      assert.deepEqual(await ledger.changes.revisions(), before);
    });

    test('a call counts in the breaker of its LLM, and the decision is in flight no longer', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.catalog.put(profile('m', { limits: { in_flight: 1 } }));
      await ledger.decisions.append([decisionRecord('d')]);
      const capacity = { requests: Infinity, tokens: Infinity, inFlight: 1 };
      const decisions = [{ id: 'd', expiresAt: START + 1000 }];
      await ledger.limits.settle([
        { model: 'm', capacity, unspent: null, owed: { requests: 0, tokens: 0 }, decisions },
      ]);
      await append(ledger, 0, { ok: true });
      assert.deepEqual(await ledger.limits.inFlight(), new Map([['m', 1]]), 'a step without a call says nothing of it');
      for (let i = 1; i < 6; i++) await append(ledger, i, { error: 'down' }, failed);
      assert.deepEqual(await ledger.limits.inFlight(), new Map());
      const breaker = (await ledger.breakers.open()).get('m')!;
      assert.deepEqual([breaker.calls, breaker.error], [5, 'down']);
    });

    test('a call of an LLM that the catalogue does not have is passed over, its step is kept', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.catalog.put(profile('m'));
      await ledger.catalog.delete('m');
      await ledger.decisions.append([decisionRecord('d')]);
      assert.equal(await append(ledger, 0, { error: 'down' }, failed), true);
      assert.equal(await append(ledger, 1, { error: 'down' }, { ...failed, model: profile('never').id }), true);
      assert.equal((await ledger.cascades.steps('d')).length, 2);
      assert.deepEqual(await ledger.breakers.list(), new Map());
    });

    test('a step of a decision that is not logged is refused', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.catalog.put(profile('m'));
      await assert.rejects(append(ledger, 0, { ok: true }, failed));
      assert.deepEqual(await ledger.cascades.steps('d'), []);
      assert.deepEqual(await ledger.breakers.list(), new Map());
    });

    test('of openers that append to one place at once, exactly one does', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const openers = [ledger, await openAgain()];
      await ledger.catalog.put(profile('m'));
      await ledger.decisions.append([decisionRecord('d')]);
      for (let position = 0; position < 4; position++) {
        const answers = await Promise.all(
          Array.from({ length: 8 }, (_, i) =>
            append(openers[i % 2]!, position, { score: i / 8 }, { model: m, ok: true }),
          ),
        );
        assert.equal(answers.filter((won) => won).length, 1);
        assert.deepEqual((await ledger.cascades.steps('d'))[position], { score: answers.indexOf(true) / 8 });
      }
      assert.equal((await ledger.cascades.steps('d')).length, 4);
      assert.equal((await ledger.breakers.list()).get('m')!.calls, 4);
    });

    test('odd ids and errors come back as they were given', async (t) => {
      const { ledger } = await store.open(t);
      for (const decision of ODD_IDS) {
        await ledger.decisions.append([decisionRecord(decision)]);
        for (const [position, error] of ODD_TEXTS.entries())
          await ledger.cascades.append({ decision, position, report: { error }, call: null });
        assert.deepEqual(
          await ledger.cascades.steps(decision),
          ODD_TEXTS.map((error) => ({ error })),
        );
      }
    });

    testBusy(store, { append: (ledger) => append(ledger, 0, { ok: true }) }, ({ ledger }) =>
      ledger.decisions.append([decisionRecord('d')]),
    );
  });
}
