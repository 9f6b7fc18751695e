import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { join } from 'node:path';
import { openLiveKeys, type Caller, type LiveKeys } from '../../src/live/keys.js';
import { createKeyService } from '../../src/keys/service.js';
import { createRng } from '../../src/base/rng.js';
import { KeyRequest } from '../../src/schema/key.js';
import { keptLog } from '../decision/parts.js';
import { openFor, START, tempFolder } from '../store/support.js';

interface Process {
  keys: LiveKeys;
  caller(): Caller;
}

/** Some processes of one ledger that has one key, on one clock. */
async function processes(
  t: TestContext,
  count: number,
  limits: KeyRequest['limits'],
): Promise<{ all: Process[]; time: { now: number }; key: string; service: ReturnType<typeof createKeyService> }> {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const time = { now: START };
  const clock = (): number => time.now;
  const ledgers = [];
  for (let i = 0; i < count; i++) ledgers.push(await openFor(t, path, { clock, busyTimeoutMs: 25 }));
  const service = createKeyService({ ledger: ledgers[0]!, clock });
  const { key } = await service.create(KeyRequest.parse({ name: 'k', scopes: ['route'], limits }));
  const all = await Promise.all(
    ledgers.map(async (ledger): Promise<Process> => {
      const keys = await openLiveKeys({ ledger, clock, log: keptLog().log });
      return { keys, caller: () => keys.find(key) as Caller };
    }),
  );
  return { all, time, key, service };
}

/** Whether the caller's limits cover a cost. */
async function spends(caller: Caller, cost: Partial<Record<'requests' | 'tokens' | 'usd', number>>): Promise<boolean> {
  try {
    await caller.charge({ requests: 0, tokens: 0, usd: 0, ...cost });
    return true;
  } catch (error) {
    assert.match((error as { code: string }).code, /^(rate_limited|budget_exhausted)$/);
    return false;
  }
}

/** The most that any `windowMs` saw. */
function mostIn(times: readonly number[], windowMs: number): number {
  let [most, start] = [0, 0];
  times.forEach((at, end) => {
    while (at - times[start]! >= windowMs) start++;
    most = Math.max(most, end - start + 1);
  });
  return most;
}

describe('limits of a key', () => {
  test('no 60 seconds see more than the limit, whichever process is asked, and little of it is wasted', async (t) => {
    const { all, time } = await processes(t, 2, { requests_per_minute: 600 });
    const rng = createRng(7);
    const granted: number[] = [];
    // Three minutes at twice the limit.
    for (let asked = 0; asked < 3600; asked++) {
      time.now += 2 * 50 * rng.next();
      if (await spends(all[rng.int(2)]!.caller(), { requests: 1 })) granted.push(time.now);
      if (asked % 5 === 0) await Promise.all(all.map(({ keys }) => keys.refresh(new Set())));
    }
    assert.ok(mostIn(granted, 60_000) <= 600, `${mostIn(granted, 60_000)}`);
    assert.ok(granted.length > 0.9 * 3 * 600, `${granted.length}`);
  });

  test('hold where many ask at the same moment', async (t) => {
    const { all } = await processes(t, 2, { requests_per_minute: 50 });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => spends(all[i % 2]!.caller(), { requests: 1 })),
    );
    assert.equal(answers.filter(Boolean).length, 50);
  });

  test('tokens and dollars are counted beside requests, and a day that is spent is over until the next', async (t) => {
    const { all, time } = await processes(t, 2, { tokens_per_minute: 1000, usd_per_day: 1 });
    const [one, other] = all as [Process, Process];
    assert.ok(await spends(one.caller(), { tokens: 600, usd: 0.4 }));
    assert.ok(!(await spends(other.caller(), { tokens: 600 })));
    assert.ok(await spends(other.caller(), { tokens: 300, usd: 0.5 }));
    time.now += 61_000;
    assert.ok(!(await spends(one.caller(), { tokens: 1, usd: 0.2 })));
    assert.ok(await spends(one.caller(), { tokens: 1, usd: 0.1 }));
    assert.ok(!(await spends(other.caller(), { usd: 1e-6 })));
    time.now += 86_400_000;
    assert.ok(await spends(other.caller(), { usd: 1 }));
  });

  test('say so where what is asked for never fits, and what is refunded may be spent again', async (t) => {
    const { all } = await processes(t, 1, { requests_per_minute: 2, usd_per_month: 1 });
    const caller = all[0]!.caller();
    const never = { code: 'rate_limited', retryAfterS: undefined, message: /asks for more at once/ };
    await assert.rejects(async () => caller.charge({ requests: 3, tokens: 0, usd: 0 }), never);
    assert.ok(await spends(caller, { usd: 0.9 }));
    assert.ok(!(await spends(caller, { usd: 0.5 })));
    caller.refund({ requests: 0, tokens: 0, usd: 0.9 });
    assert.ok(await spends(caller, { usd: 0.5 }));
  });

  test('of a process that stops are free for the others at once', async (t) => {
    const { all } = await processes(t, 2, { usd_per_month: 1 });
    const [one, other] = all as [Process, Process];
    for (let i = 0; i < 50; i++) assert.ok(await spends(one.caller(), { usd: 0.001 }));
    await one.keys.close();
    assert.ok(await spends(other.caller(), { usd: 0.95 }));
  });

  test('one that has none spends nothing, and asks nobody', async (t) => {
    const { all } = await processes(t, 1, {});
    assert.equal(all[0]!.caller().charge({ requests: 1e9, tokens: 1e9, usd: 1e9 }), undefined);
  });
});

describe('a key', () => {
  test('is known to every process once it is rotated or revoked, and its old secret goes on for a while', async (t) => {
    const { all, time, key, service } = await processes(t, 2, {});
    const [one, other] = all as [Process, Process];
    const id = (one.keys.find(key) as Caller).key!;
    const { key: next } = await service.rotate(id, { overlap_hours: 1 });
    assert.equal(other.keys.find(next), 'unknown');
    await other.keys.refresh(new Set(['keys']));
    for (const text of [key, next]) assert.equal((other.keys.find(text) as Caller).key, id);
    time.now += 3_600_000;
    assert.equal(other.keys.find(key), 'expired');
    assert.equal((other.keys.find(next) as Caller).key, id);
    await service.revoke(id);
    await other.keys.refresh(new Set(['keys']));
    assert.equal(other.keys.find(next), 'revoked');
    await assert.rejects(service.rotate(id, { overlap_hours: 0 }), { code: 'key_not_found' });
  });

  test('that would be expired at once is not made', async (t) => {
    const { service } = await processes(t, 1, {});
    const expired = { name: 'k', scopes: ['read' as const], expires_at: new Date(START).toISOString() };
    await assert.rejects(service.create(KeyRequest.parse(expired)), {
      code: 'invalid_request',
      message: /^expires_at/,
    });
  });
});
