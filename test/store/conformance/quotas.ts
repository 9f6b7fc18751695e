import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { KeyId } from '../../../src/schema/ids.js';
import type { KeyLimits } from '../../../src/schema/key.js';
import { secretHash } from '../../../src/keys/secret.js';
import { SLOT_MS, slotOf } from '../../../src/machines/limits.js';
import { allowanceOf, isRefusal, NO_USAGE, type QuotaClaim, type Usage } from '../../../src/machines/quota.js';
import type { Ledger } from '../../../src/store/ports/index.js';
import { START } from '../support.js';
import { testBusy, type OpenedLedger, type StoreUnderTest } from './store-under-test.js';

const KEY = 'a'.repeat(16) as KeyId;
const DAY_MS = 86_400_000;
const DAY = '2026-01-01';

export function claimOf(limits: KeyLimits, needed: Partial<Usage>, more: Partial<QuotaClaim> = {}): QuotaClaim {
  const whole = { ...NO_USAGE, ...needed };
  return {
    key: KEY,
    allowance: allowanceOf(limits)!,
    unspent: null,
    owed: NO_USAGE,
    needed: whole,
    wanted: whole,
    ...more,
  };
}

/** A ledger with one key, and another opener of it. */
async function two(store: StoreUnderTest, t: TestContext): Promise<OpenedLedger & { other: Ledger }> {
  const opened = await store.open(t, { busyTimeoutMs: 25 });
  await addKey(opened.ledger);
  return { ...opened, other: await opened.openAgain({ busyTimeoutMs: 25 }) };
}

export const addKey = (ledger: Ledger): Promise<void> =>
  ledger.keys.add({
    id: KEY,
    name: 'key',
    scopes: ['route'],
    tenant: null,
    models: null,
    policies: null,
    limits: {},
    texts: null,
    exploration: true,
    secretHash: secretHash('secret'),
    previousHash: null,
    previousUntil: null,
    createdAt: START,
    expiresAt: null,
    revokedAt: null,
  });

export function describeQuotaStore(store: StoreUnderTest): void {
  describe('quotas', () => {
    test('two openers share a minute, and have room again once what they used is a minute old', async (t) => {
      const { ledger, other, time } = await two(store, t);
      const one = claimOf({ requests_per_minute: 3 }, { requests: 1 });
      const grants = await Promise.all([ledger, other, ledger, other].map(({ quotas }) => quotas.claim(one)));
      assert.equal(grants.filter(({ granted }) => !isRefusal(granted)).length, 3);
      const refused = (await ledger.quotas.claim(one)).granted;
      assert.ok(isRefusal(refused));
      assert.deepEqual([refused.limit, refused.allowed], ['requests_per_minute', 3]);
      time.now += refused.retryAfterMs! - 1;
      assert.ok(isRefusal((await other.quotas.claim(one)).granted));
      time.now += 1;
      assert.deepEqual((await other.quotas.claim(one)).granted, { requests: 1, tokens: 0, usd: 0 });
      assert.deepEqual((await ledger.quotas.used()).get(KEY), {
        requests: 1,
        tokens: 0,
        usdToday: 0,
        usdThisMonth: 0,
      });
    });

    test('what was claimed and not spent is given back, where it still counts', async (t) => {
      const { ledger, time } = await two(store, t);
      const limits = { requests_per_minute: 10, usd_per_day: 1 };
      const wanted = { requests: 8, tokens: 0, usd: 0.8 };
      const { granted } = await ledger.quotas.claim(claimOf(limits, { requests: 1, usd: 0.1 }, { wanted }));
      assert.deepEqual(granted, wanted);
      const unspent = { slot: slotOf(START), day: DAY, requests: 7, tokens: 0, usd: 0.7 };
      time.now += SLOT_MS;
      await ledger.quotas.settle([{ key: KEY, unspent, owed: { requests: 2, tokens: 0, usd: 0 } }]);
      const used = (await ledger.quotas.used()).get(KEY)!;
      assert.deepEqual([used.requests, used.usdToday.toFixed(6)], [3, '0.100000']);
      time.now += 2 * 60_000;
      await ledger.quotas.settle([{ key: KEY, unspent, owed: NO_USAGE }]);
      assert.equal((await ledger.quotas.used()).get(KEY)!.requests, 0);
    });

    test('budgets are of a day and of a month, in UTC, whichever opener spends', async (t) => {
      const { ledger, other, time } = await two(store, t);
      const limits = { usd_per_day: 1, usd_per_month: 2.5 };
      const spend = async (from: Ledger, usd: number) => (await from.quotas.claim(claimOf(limits, { usd }))).granted;
      assert.ok(!isRefusal(await spend(ledger, 0.75)));
      const over = await spend(other, 0.5);
      assert.ok(isRefusal(over) && over.limit === 'usd_per_day' && over.retryAfterMs === DAY_MS);
      assert.ok(!isRefusal(await spend(other, 0.25)));
      for (const _ of [1, 2]) {
        time.now += DAY_MS;
        assert.equal(isRefusal(await spend(ledger, 0.75)), false);
      }
      const month = await spend(other, 0.25);
      assert.ok(isRefusal(month) && month.limit === 'usd_per_month' && month.retryAfterMs === 29 * DAY_MS);
      time.now = Date.UTC(2026, 1, 1);
      assert.ok(!isRefusal(await spend(other, 1)));
      const used = (await ledger.quotas.used()).get(KEY)!;
      assert.deepEqual([used.usdToday, used.usdThisMonth], [1, 1]);
    });

    testBusy(
      store,
      {
        claim: ({ quotas }) => quotas.claim(claimOf({ requests_per_minute: 9 }, { requests: 1 })),
        settle: ({ quotas }) => quotas.settle([{ key: KEY, unspent: null, owed: { requests: 1, tokens: 0, usd: 0 } }]),
      },
      ({ ledger }) => addKey(ledger),
    );
  });
}
