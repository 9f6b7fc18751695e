import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CLOSED, failuresOf } from '../../../src/machines/breaker.js';
import { BreakerSettings, type CallReport } from '../../../src/schema/health.js';
import { interaction, profile, START } from '../support.js';
import { ODD_IDS, testBusy, type OpenedLedger, type StoreUnderTest } from './store-under-test.js';

const call = (model: string, error?: string): CallReport => ({
  model: profile(model).id,
  ok: error === undefined,
  ...(error !== undefined && { error }),
});
const fiveFailures = Array.from({ length: 5 }, (_, i) => call('m', `failure ${i}`));

const withLlm = async (opened: OpenedLedger): Promise<OpenedLedger> => {
  await opened.ledger.catalog.put(profile('m'));
  return opened;
};

export function describeBreakerStore(store: StoreUnderTest): void {
  describe('breakers', () => {
    test('calls count, enough failures open, and the state outlives the process', async (t) => {
      const { ledger, time, openAgain } = await withLlm(await store.open(t));
      assert.deepEqual(await ledger.breakers.list(), new Map());
      await ledger.breakers.report(fiveFailures.slice(0, 4));
      const almost = (await ledger.breakers.list()).get('m')!;
      assert.deepEqual([almost.calls, failuresOf(almost), almost.openedAt], [4, 4, null]);
      assert.deepEqual(await ledger.breakers.open(), new Map());
      time.now += 1000;
      await ledger.breakers.report([call('m', 'the last')]);
      await ledger.close();
      const again = await openAgain();
      const breaker = (await again.breakers.open()).get('m')!;
      assert.deepEqual(
        { ...breaker },
        {
          outcomes: 0b11111,
          calls: 5,
          lastAt: time.now,
          openedAt: time.now,
          coolDownMs: 30_000,
          successes: 0,
          error: 'the last',
        },
      );
      assert.deepEqual(await again.breakers.list(), await again.breakers.open());
    });

    test('after the cool-down successes close it, one after another', async (t) => {
      const { ledger, time, openAgain } = await withLlm(await store.open(t));
      const other = await openAgain();
      await ledger.breakers.report(fiveFailures);
      await other.breakers.report([call('m')]);
      assert.equal((await ledger.breakers.open()).get('m')!.calls, 5, 'what ends while it is open says nothing');
      time.now += 30_000;
      await ledger.breakers.report([call('m')]);
      assert.equal((await other.breakers.open()).get('m')!.successes, 1);
      await other.breakers.report([call('m')]);
      assert.deepEqual(await ledger.breakers.open(), new Map());
    });

    test('a success that took too long counts as failed; settings count from their change on', async (t) => {
      const { ledger } = await withLlm(await store.open(t));
      await ledger.settings.put('breaker', BreakerSettings.parse({ min_calls: 1, timeout_ms: 100 }));
      await ledger.breakers.report([{ ...call('m'), latency_ms: 100 }]);
      assert.deepEqual(await ledger.breakers.open(), new Map());
      await ledger.breakers.report([{ ...call('m'), latency_ms: 100.5 }]);
      assert.match((await ledger.breakers.open()).get('m')!.error!, /timeout_ms is 100/);
    });

    test('one LLM that is not known, and no call counts', async (t) => {
      const { ledger } = await withLlm(await store.open(t));
      await ledger.catalog.put(profile('gone'));
      await ledger.catalog.delete('gone');
      const before = await ledger.changes.revisions();
      await assert.rejects(ledger.breakers.report([...fiveFailures, call('gone'), call('never')]), {
        code: 'unknown_model',
        message: /^\[5\]\.model: .*"gone".*\[6\]\.model: .*"never"/,
      });
      await assert.rejects(ledger.breakers.report([call('never')]), { code: 'unknown_model', message: /^model: / });
      assert.deepEqual(await ledger.breakers.list(), new Map());
      assert.deepEqual(await ledger.changes.revisions(), before);
    });

    test('nothing in, nothing out', async (t) => {
      const { breakers } = (await store.open(t)).ledger;
      await breakers.report([]);
      assert.deepEqual([await breakers.list(), await breakers.open()], [new Map(), new Map()]);
    });

    test('an operator opens and closes it; of an LLM that is not known there is nothing to do', async (t) => {
      const { ledger, time, openAgain } = await withLlm(await store.open(t));
      const other = await openAgain();
      assert.equal(await ledger.breakers.override('never', 'open', undefined), false);
      assert.equal(await ledger.breakers.override('m', 'open', 'too dear'), true);
      const { error, coolDownMs, openedAt } = (await other.breakers.open()).get('m')!;
      assert.deepEqual([error, coolDownMs, openedAt], ['too dear', null, START]);
      time.now += 3_600_000;
      await other.breakers.report([call('m'), call('m'), call('m')]);
      assert.equal((await ledger.breakers.open()).size, 1, 'no success closes it');
      assert.equal(await other.breakers.override('m', 'closed', undefined), true);
      assert.deepEqual(await ledger.breakers.open(), new Map());
      assert.deepEqual({ ...(await ledger.breakers.list()).get('m') }, { ...CLOSED, lastAt: time.now });
      await ledger.breakers.override('m', 'open', undefined);
      assert.equal((await ledger.breakers.open()).get('m')!.error, 'taken out by an operator');
    });

    test('an LLM that leaves the catalogue has none, until it is back', async (t) => {
      const { ledger } = await withLlm(await store.open(t));
      await ledger.breakers.report(fiveFailures);
      await ledger.catalog.delete('m');
      assert.deepEqual([await ledger.breakers.list(), await ledger.breakers.open()], [new Map(), new Map()]);
      assert.equal(await ledger.breakers.override('m', 'closed', undefined), false);
      await ledger.catalog.put(profile('m'));
      assert.equal((await ledger.breakers.open()).size, 1);
    });

    test('interactions count as calls, unless they are older than the window', async (t) => {
      const { ledger } = await withLlm(await store.open(t));
      const failures = (at: number) => [
        {
          records: Array.from({ length: 5 }, () =>
            interaction('q', 'm', 0, { error: 'down', at: new Date(at).toISOString() }),
          ),
        },
      ];
      await ledger.feedback.append(failures(START - 60_001));
      assert.deepEqual(await ledger.breakers.list(), new Map());
      await ledger.feedback.append(failures(START + 3_600_000));
      assert.equal((await ledger.breakers.open()).get('m')!.openedAt, START, 'no clock is ahead of ours');
    });

    test('what openers report at once counts, all of it', async (t) => {
      const { ledger, openAgain } = await withLlm(await store.open(t));
      const openers = [ledger, await openAgain()];
      const reports = Array.from({ length: 12 }, (_, i) => openers[i % 2]!.breakers.report([call('m'), call('m')]));
      await Promise.all(reports);
      assert.equal((await ledger.breakers.list()).get('m')!.calls, 20, 'the last that are remembered');
      const other = profile('other');
      await ledger.catalog.put(other);
      await Promise.all(Array.from({ length: 5 }, (_, i) => openers[i % 2]!.breakers.report([call('other', 'down')])));
      assert.deepEqual([...(await openers[1]!.breakers.open()).keys()], ['other']);
    });

    test('odd ids and reasons come back as they were given', async (t) => {
      const { ledger } = await store.open(t);
      for (const id of ODD_IDS) {
        await ledger.catalog.put(profile(id));
        await ledger.breakers.report([call(id, `${id}\u0000`)]);
        await ledger.breakers.override(id, 'open', `because of ${id}\u0000`);
      }
      assert.deepEqual(
        new Map([...(await ledger.breakers.open())].map(([id, { error }]) => [id, error])),
        new Map(ODD_IDS.map((id) => [id, `because of ${id}\u0000`])),
      );
    });

    testBusy(
      store,
      {
        report: ({ breakers }) => breakers.report(fiveFailures),
        override: ({ breakers }) => breakers.override('m', 'closed', undefined),
      },
      withLlm,
    );
  });
}
