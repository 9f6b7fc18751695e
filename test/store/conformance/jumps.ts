import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { createForgetting } from '../../../src/dataset/forget.js';
import { failuresOf, stateOf } from '../../../src/machines/breaker.js';
import type { LoadClaim } from '../../../src/machines/claims.js';
import { capacityOf, SLOT_MS, SLOTS, slotOf } from '../../../src/machines/limits.js';
import { isRefusal } from '../../../src/machines/quota.js';
import { DriftSettings } from '../../../src/schema/drift.js';
import type { Ledger } from '../../../src/store/ports/index.js';
import { interaction, profile } from '../support.js';
import { createDraws } from './drifting.js';
import { addKey, claimOf } from './quotas.js';
import { sweepAll } from './retention.js';
import type { StoreUnderTest } from './store-under-test.js';

const DAY = 86_400_000;
const LIMITS = { requests_per_minute: 2, in_flight: 2 };
const PLACE_MS = 5_000;
const LEASE_MS = 10_000;

function claim(id: string, now: number): LoadClaim {
  const needed = { requests: 1, tokens: 0 };
  const rest = { unspent: null, owed: { requests: 0, tokens: 0 }, decisions: [], force: false };
  return {
    model: 'm',
    capacity: capacityOf(LIMITS),
    needed,
    wanted: needed,
    decision: { id, expiresAt: now + PLACE_MS },
    ...rest,
  };
}

/** A machine with a clock that can be set, and a ledger that its processes open. */
async function machine(store: StoreUnderTest, t: TestContext) {
  let [boot, up] = ['first', 1_000_000];
  const uptime = () => ({ boot, ms: () => up });
  const { ledger, time, openAgain } = await store.open(t, { uptime: uptime() });
  await ledger.catalog.put(profile('m', { limits: LIMITS }));
  return {
    ledger,
    time,
    open: (): Promise<Ledger> => openAgain({ uptime: uptime() }),
    pass(ms: number): void {
      up += ms;
      time.now += ms;
    },
    set: (ms: number): void => void (time.now += ms),
    /** Starts the machine anew, its clock set by so much. */
    restart(ms: number): void {
      [boot, up] = [`${boot} again`, 5_000];
      time.now += 20_000 + ms;
    },
  };
}

/** Fills the limit, opens the breaker, and claims all that can be. */
async function engage(ledger: Ledger): Promise<void> {
  for (const id of ['one', 'two']) assert.ok((await ledger.limits.claim(claim(id, ledger.steady())))!.granted);
  await ledger.breakers.report(Array.from({ length: 5 }, () => ({ model: profile('m').id, ok: false, error: 'down' })));
  await ledger.settings.put('drift', DriftSettings.parse({ webhooks: ['https://example.org/hook'] }));
  const draws = createDraws();
  await ledger.alerts.observe([...draws(300, 0.9), ...draws(100, 0.2)]);
  assert.equal((await ledger.alerts.claimRetrain()).length, 1);
  assert.ok(await ledger.alerts.claimWebhook(LEASE_MS));
  assert.ok(await ledger.schedule.claim('one', LEASE_MS));
}

/** How much of that holds. */
async function held(ledger: Ledger) {
  const load = (await ledger.limits.load(slotOf(ledger.steady()) - SLOTS + 1)).get('m');
  const breaker = (await ledger.breakers.list()).get('m')!;
  return {
    used: load?.use.reduce((sum, { requests }) => sum + requests, 0) ?? 0,
    debt: (load?.debt.requests ?? 0) > 0,
    inFlight: (await ledger.limits.inFlight()).get('m') ?? 0,
    breaker: stateOf(breaker, ledger.steady()),
  };
}
let askers = 0;
/** The same of claims, which are taken where they do not hold. */
async function lapsed(ledger: Ledger) {
  return {
    retrain: (await ledger.alerts.claimRetrain()).length > 0,
    webhook: (await ledger.alerts.claimWebhook(LEASE_MS)) !== undefined,
    schedule: await ledger.schedule.claim(`asker ${askers++}`, LEASE_MS),
  };
}

const ALL = { used: 2, debt: true, inFlight: 2, breaker: 'open' };
const NONE = { used: 0, debt: false, inFlight: 0, breaker: 'half_open' };
const KEPT = { retrain: false, webhook: false, schedule: false };
const LAPSED = { retrain: true, webhook: true, schedule: true };

export function describeJumps(store: StoreUnderTest): void {
  describe('clocks that are set', () => {
    for (const [what, jump] of [
      ['forward', DAY],
      ['back', -DAY],
    ] as const) {
      test(`a day ${what}: limits, breakers and claims last as long as before, in every process`, async (t) => {
        const { ledger, open, pass, set } = await machine(store, t);
        const before = await open();
        await engage(ledger);
        set(jump);
        const after = await open();
        for (const one of [ledger, before, after]) {
          assert.deepEqual(await held(one), ALL);
          assert.deepEqual(await lapsed(one), KEPT);
          assert.equal((await one.limits.claim(claim('three', one.steady())))!.granted, null);
        }
        pass(PLACE_MS);
        for (const one of [ledger, before, after]) assert.deepEqual(await held(one), { ...ALL, inFlight: 0 });
        pass(LEASE_MS - PLACE_MS + 1);
        assert.deepEqual(await lapsed(before), { ...LAPSED, retrain: false });
        set(-jump);
        pass(60_000 - LEASE_MS + SLOT_MS);
        assert.deepEqual(await lapsed(after), LAPSED);
        for (const one of [ledger, before, after])
          assert.deepEqual(await held(one), { ...ALL, used: 0, inFlight: 0, breaker: 'half_open' });
        assert.ok((await before.limits.claim(claim('four', before.steady())))!.granted);
        assert.equal((await held(after)).used, 1);
      });

      test(`a day ${what} while the machine was off: all of them are over, and begin anew`, async (t) => {
        const { ledger, open, pass, restart } = await machine(store, t);
        await engage(ledger);
        await ledger.close();
        restart(jump);
        const [one, other] = [await open(), await open()];
        for (const process of [one, other])
          assert.deepEqual(await held(process), { ...NONE, debt: jump > 0 }, 'debt is paid off with time');
        assert.deepEqual(await lapsed(one), LAPSED);
        assert.deepEqual(await lapsed(other), KEPT, 'claims are those of now');
        for (const id of ['three', 'four']) assert.ok((await one.limits.claim(claim(id, one.steady())))!.granted, id);
        assert.deepEqual(await held(other), { ...ALL, breaker: 'half_open' });
        assert.equal((await other.limits.claim(claim('five', other.steady())))!.granted, null);
        await other.breakers.report([{ model: profile('m').id, ok: false, error: 'still' }]);
        assert.deepEqual(await held(one), ALL);
        pass(60_000 + SLOT_MS);
        assert.deepEqual(await held(other), { ...NONE, debt: true });
      });
    }

    test('a clock that is set forward makes no use old: sweeping leaves what LLMs and keys used', async (t) => {
      const { ledger, open, pass, set } = await machine(store, t);
      await addKey(ledger);
      const claimOfKey = claimOf({ requests_per_minute: 1 }, { requests: 1 });
      await engage(ledger);
      assert.ok(!isRefusal((await ledger.quotas.claim(claimOfKey)).granted));
      set(DAY);
      const other = await open();
      await sweepAll(other);
      for (const one of [ledger, other]) {
        assert.deepEqual(await held(one), ALL);
        assert.equal((await one.limits.claim(claim('three', one.steady())))!.granted, null);
        assert.ok(isRefusal((await one.quotas.claim(claimOfKey)).granted));
      }
      pass(60_000 + SLOT_MS);
      await sweepAll(other);
      assert.equal((await held(ledger)).used, 0);
      assert.ok(!isRefusal((await ledger.quotas.claim(claimOfKey)).granted));
    });

    test('calls of an LLM from before the clock was set back count no longer', async (t) => {
      const { ledger, open, restart } = await machine(store, t);
      const failure = { model: profile('m').id, ok: false, error: 'down' };
      await ledger.breakers.report([failure, failure, failure, failure]);
      await ledger.close();
      restart(-DAY);
      const again = await open();
      assert.equal((await again.breakers.list()).get('m')!.calls, 0);
      await again.breakers.report([failure]);
      const { calls, openedAt, lastAt } = (await again.breakers.list()).get('m')!;
      assert.deepEqual([calls, openedAt, lastAt], [1, null, again.steady()]);
    });

    test('errors of breakers are forgotten by their age, by the clock as it is now', async (t) => {
      const { ledger, time, set, pass } = await machine(store, t);
      set(DAY);
      await ledger.breakers.report([{ model: profile('m').id, ok: false, error: 'down' }]);
      const forgetOlder = (ms: number) => createForgetting({ ledger }).forget({ before: time.now - ms });
      const error = async () => (await ledger.breakers.list()).get('m')!.error;
      await forgetOlder(1_000);
      assert.equal(await error(), 'down');
      pass(2_000);
      await forgetOlder(1_000);
      assert.equal(await error(), '(forgotten)');
    });

    test('an operator holds a breaker open until an operator closes it', async (t) => {
      const { ledger, open, restart } = await machine(store, t);
      await ledger.breakers.override('m', 'open', 'too dear');
      await ledger.close();
      restart(-DAY);
      const again = await open();
      const kept = (await again.breakers.open()).get('m')!;
      assert.deepEqual([stateOf(kept, again.steady() + DAY), kept.openedAt], ['open', again.steady()]);
    });

    test('feedback is as old as it says by the clock as it is now', async (t) => {
      const { ledger, set, pass } = await machine(store, t);
      const failures = (at: string) => [
        { records: Array.from({ length: 4 }, () => interaction('q', 'm', 0, { error: 'down', at })) },
      ];
      const now = (): string => new Date(Date.UTC(2026, 0, 1) - DAY).toISOString();
      set(-DAY);
      await ledger.feedback.append(failures(now()));
      assert.equal(failuresOf((await ledger.breakers.list()).get('m')!), 4);
      pass(61_000);
      await ledger.feedback.append(failures(now()));
      assert.equal((await ledger.breakers.list()).get('m')!.calls, 4, 'older than the window');
    });
  });
}
