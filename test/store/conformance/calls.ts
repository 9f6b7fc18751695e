import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sha256 } from '../../../src/base/hash.js';
import { DecisionSettings } from '../../../src/schema/decision.js';
import type { CallRecord } from '../../../src/store/ports/calls.js';
import { callRecord } from '../../support/call.js';
import { decisionRecord } from '../../support/decision.js';
import { START } from '../support.js';
import { sizeOf, sweepAll } from './retention.js';
import { ODD_IDS, ODD_TEXTS, testBusy, type StoreUnderTest } from './store-under-test.js';

const DAY = 86_400_000;
const SESSION = sha256('a conversation');

/** A call of which nothing is known but that it was made. */
const bare: CallRecord = callRecord('bare', {
  provider: null,
  status: 499,
  error: 'aborted',
  failed: 2,
  ttftMs: null,
  promptTokens: null,
  completionTokens: null,
  cachedTokens: null,
  cacheWrittenTokens: null,
  reasoningTokens: null,
  costUsd: null,
  finish: null,
});

export function describeCallStore(store: StoreUnderTest): void {
  describe('calls', () => {
    test('calls come back by decision as they were, and others are absent', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const whole = callRecord('whole', { session: SESSION, tenant: 'acme', api: 'messages', finish: 'tool_calls' });
      await ledger.calls.append([]);
      await ledger.calls.append([whole, bare]);
      const { calls } = await openAgain();
      const found = await calls.get(['whole', 'never', 'bare', 'whole']);
      assert.deepEqual(
        [...found],
        [
          ['whole', whole],
          ['bare', bare],
        ],
      );
      assert.deepEqual(await calls.get([]), new Map());
    });

    test('a decision has one call: another one of it is left out, of whichever opener', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const other = await openAgain();
      await ledger.calls.append([callRecord('d'), callRecord('d', { status: 500 })]);
      await other.calls.append([callRecord('d', { status: 502 }), callRecord('e')]);
      assert.deepEqual([...(await ledger.calls.get(['d', 'e'])).values()], [callRecord('d'), callRecord('e')]);
      assert.equal((await sizeOf(ledger, 'call')).rows, 2);
    });

    test('the calls of a conversation are listed, the last first', async (t) => {
      const { ledger } = await store.open(t);
      const [first, second, third] = [10, 20, 20].map((at, i) => callRecord(`d${i}`, { at, session: SESSION }));
      await ledger.calls.append([second!, first!, third!, callRecord('other', { at: 30, session: sha256('other') })]);
      assert.deepEqual(await ledger.calls.of(SESSION, 9), [third, second, first]);
      assert.deepEqual(await ledger.calls.of(SESSION, 2), [third, second]);
      assert.deepEqual(await ledger.calls.of(sha256('nobody'), 9), []);
    });

    test('the last of a conversation is the one that ended last', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const of = (decision: string, at: number, session: string | null): CallRecord =>
        callRecord(decision, { at, session });
      assert.equal(await ledger.calls.last(SESSION), undefined);
      await ledger.calls.append([of('b', 20, SESSION), of('a', 10, SESSION), of('c', 30, sha256('another'))]);
      await ledger.calls.append([of('d', 40, null)]);
      assert.deepEqual(await (await openAgain()).calls.last(SESSION), of('b', 20, SESSION));
      await ledger.calls.append([of('e', 20, SESSION)]);
      assert.equal((await ledger.calls.last(SESSION))!.decision, 'e', 'of two at once, the one that came later');
    });

    test('odd ids and errors come back as they were given', async (t) => {
      const { ledger } = await store.open(t);
      const odd = ODD_IDS.flatMap((id, i) =>
        ODD_TEXTS.map((text, k) =>
          callRecord(`${id}${i}${k}`, { model: id, provider: id, tenant: id, error: text, costUsd: 1e-9 }),
        ),
      );
      await ledger.calls.append(odd);
      assert.deepEqual([...(await ledger.calls.get(odd.map(({ decision }) => decision))).values()], odd);
    });

    test('they are kept as long as decisions, by age and by size, and counted', async (t) => {
      const { ledger, time } = await store.open(t);
      const at = (day: number): number => START + day * DAY;
      const days = [0, 1, 2, 3].map((day) => ({ id: `0${day}`, at: at(day) }));
      await ledger.decisions.append(
        days.map((one) => decisionRecord(one.id, { at: one.at, rules: 'x'.repeat(100_000) })),
      );
      await ledger.calls.append(days.map((one) => callRecord(one.id, { at: one.at + 500 })));
      await ledger.calls.append([callRecord('without decision', { at: at(0) + 500 })]);
      const kept = async (): Promise<string[]> => {
        await ledger.decisions.prune();
        await sweepAll(ledger);
        return [...(await ledger.calls.get([...days.map(({ id }) => id), 'without decision'])).keys()];
      };
      time.now = at(4);
      assert.deepEqual(await kept(), ['00', '01', '02', '03', 'without decision']);
      await ledger.settings.put('decision', DecisionSettings.parse({ max_megabytes: 0.35 }));
      assert.deepEqual(await kept(), ['01', '02', '03'], 'with the decisions that were too many');
      await ledger.settings.put('decision', DecisionSettings.parse({ max_age_days: 2.5 }));
      assert.deepEqual(await kept(), ['02', '03'], 'with those that are too old');
      assert.deepEqual(await sizeOf(ledger, 'call'), { rows: 2, bytes: 0, removed: 3 });
      time.now = at(40);
      assert.deepEqual(await kept(), [], 'where no decision is left, by age');
    });

    test('a decision from a clock that was ahead takes no calls of others with it', async (t) => {
      const { ledger, time } = await store.open(t);
      await ledger.decisions.append([decisionRecord('ahead', { at: START + 100 * DAY })]);
      await ledger.calls.append([callRecord('now', { at: START + DAY })]);
      time.now = START + 2 * DAY;
      await sweepAll(ledger);
      assert.equal((await ledger.calls.get(['now'])).size, 1);
    });

    testBusy(store, { append: ({ calls }) => calls.append([callRecord('d')]) });
  });
}
