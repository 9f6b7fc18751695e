import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { PointsmanError } from '../../src/base/errors.js';
import { capacityOf, SLOT_MS, slotOf } from '../../src/machines/limits.js';
import type { LoadClaim } from '../../src/machines/claims.js';
import type { Ledger } from '../../src/store/open.js';
import type { LlmLimits } from '../../src/schema/profile.js';
import { interaction, openFor, profile, START, tempFolder } from './support.js';

const NOTHING = { requests: 0, tokens: 0 };
const DECISIONS = ['01a21720-68b4-7000-8000-000000000001', '01a21720-68b4-7000-8000-000000000002'] as const;

function claim(limits: LlmLimits, more: Partial<LoadClaim> = {}): LoadClaim {
  const needed = { requests: 1, tokens: 100 };
  return {
    model: 'm',
    capacity: capacityOf(limits),
    unspent: null,
    owed: NOTHING,
    decisions: [],
    needed,
    wanted: needed,
    decision: null,
    force: false,
    ...more,
  };
}

/** Two connections to one ledger, and the clock of both. */
function two(
  t: TestContext,
  limits: LlmLimits = {},
): { path: string; ledgers: [Ledger, Ledger]; time: { now: number }; open(): Ledger } {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const time = { now: START };
  const open = (): Ledger => openFor(t, path, { clock: () => time.now, busyTimeoutMs: 25 });
  const ledgers: [Ledger, Ledger] = [open(), open()];
  ledgers[0].catalog.putLlm(profile('m', { limits, latency_ms: 700 }));
  return { path, ledgers, time, open };
}

test('two connections share what there is, one after a restart finds it, a minute later there is room', (t) => {
  const limits = { requests_per_minute: 5 };
  const { ledgers, time, open } = two(t, limits);
  const granted = Array.from({ length: 8 }, (_, i) => ledgers[i % 2]!.claimLoad(claim(limits))?.granted);
  assert.deepEqual(
    granted.map((one) => one?.requests),
    [1, 1, 1, 1, 1, undefined, undefined, undefined],
  );
  for (const ledger of ledgers) ledger.close();
  const again = open();
  assert.equal(again.claimLoad(claim(limits))!.granted, null);
  assert.deepEqual(again.readLoad(0).get('m')!.use, [{ slot: slotOf(START), requests: 5, tokens: 500 }]);
  time.now += 60_000;
  assert.equal(again.claimLoad(claim(limits))!.granted, null);
  time.now += SLOT_MS;
  assert.deepEqual(again.claimLoad(claim(limits))!.granted, { requests: 1, tokens: 100 });
  assert.deepEqual(again.readLoad(0).get('m')!.use, [{ slot: slotOf(time.now), requests: 1, tokens: 100 }]);
});

test('more than is needed is granted where there is room, less than is needed never, unless forced', (t) => {
  const limits = { requests_per_minute: 10, tokens_per_minute: 1_000 };
  const {
    ledgers: [ledger],
  } = two(t, limits);
  const wanted = { requests: 6, tokens: 300 };
  assert.deepEqual(ledger.claimLoad(claim(limits, { wanted }))!.granted, wanted);
  assert.deepEqual(ledger.claimLoad(claim(limits, { wanted }))!.granted, { requests: 4, tokens: 300 });
  assert.equal(ledger.claimLoad(claim(limits))!.granted, null, 'no request is left');
  assert.equal(
    ledger.claimLoad(claim(limits, { needed: { requests: 0, tokens: 401 } }))!.granted,
    null,
    'too few tokens are left',
  );
  const { granted, state } = ledger.claimLoad(claim(limits, { force: true }))!;
  assert.deepEqual(granted, { requests: 1, tokens: 100 });
  assert.deepEqual(state.use.at(-1), { slot: slotOf(START), requests: 11, tokens: 700 });
});

test('what was not spent is given back, and what was spent without asking is counted', (t) => {
  const limits = { requests_per_minute: 10 };
  const {
    ledgers: [ledger],
    time,
  } = two(t, limits);
  const { slot } = ledger.claimLoad(claim(limits, { wanted: { requests: 10, tokens: 100 } }))!;
  const before = ledger.readLoad(0).get('m')!;
  time.now += SLOT_MS;
  ledger.settleLoad([
    {
      model: 'm',
      capacity: capacityOf(limits),
      unspent: { slot, requests: 7, tokens: 0 },
      owed: { requests: 2, tokens: 50 },
      decisions: [],
    },
  ]);
  const { use, debt } = ledger.readLoad(0).get('m')!;
  assert.deepEqual(use, [
    { slot, requests: 3, tokens: 100 },
    { slot: slot + 1, requests: 2, tokens: 50 },
  ]);
  assert.ok(debt.requests < before.debt.requests);
  assert.deepEqual(ledger.readLoad(slot + 1).get('m')!.use.length, 1);
});

test('places in flight are freed by feedback, by a report and by time', (t) => {
  const limits = { in_flight: 2 };
  const {
    ledgers: [one, other],
    time,
  } = two(t, limits);
  const take = (ledger: Ledger, id: string): boolean =>
    ledger.claimLoad(claim(limits, { decision: { id, expiresAt: time.now + 5_000 } }))!.granted !== null;
  assert.deepEqual(
    DECISIONS.map((id, i) => take([one, other][i]!, id)),
    [true, true],
  );
  assert.equal(take(one, 'third'), false);
  assert.deepEqual(other.countInFlight(), new Map([['m', 2]]));
  other.appendFeedback([{ records: [interaction('q', 'm', 1, { decision_id: DECISIONS[0] })] }]);
  assert.equal(take(one, 'third'), true);
  one.reportCalls([{ model: profile('m').id, ok: false, decision_id: DECISIONS[1] as never }]);
  assert.equal(take(other, 'fourth'), true);
  assert.equal(take(other, 'fifth'), false);
  time.now += 5_000;
  assert.deepEqual(other.countInFlight(), new Map());
  assert.equal(take(other, 'fifth'), true);
});

test('a claim does not wait for an import, and says that the ledger is busy', async (t) => {
  const {
    ledgers: [one, other],
  } = two(t, { requests_per_minute: 5 });
  await one.bulk(async (writer) => {
    writer.interaction(interaction('q', 'm', 1).value);
    const begun = performance.now();
    assert.throws(
      () => other.claimLoad(claim({ requests_per_minute: 5 })),
      (error: PointsmanError) => error.code === 'ledger_busy',
    );
    assert.ok(performance.now() - begun < 500);
    assert.deepEqual(other.readLoad(0), new Map());
  });
  assert.ok(other.claimLoad(claim({ requests_per_minute: 5 }))!.granted);
});

test('lists who declares limits, with what is known of its answers; an LLM that is gone has no load', (t) => {
  const {
    ledgers: [ledger],
  } = two(t, { in_flight: 3 });
  ledger.catalog.putLlm(profile('free'));
  assert.deepEqual(ledger.listLimited(), [
    { model: 'm', limits: { in_flight: 3 }, latencyMs: 700, completionTokens: null },
  ]);
  ledger.appendFeedback([
    {
      records: [
        interaction('q', 'm', 1, { latency_ms: 100, completion_tokens: 40 }),
        interaction('r', 'm', 1, { latency_ms: 400 }),
      ],
    },
  ]);
  const [known] = ledger.listLimited();
  assert.deepEqual(
    { ...known, latencyMs: Math.round(known!.latencyMs!) },
    { model: 'm', limits: { in_flight: 3 }, latencyMs: 200, completionTokens: 40 },
  );
  ledger.claimLoad(claim({ in_flight: 3 }));
  ledger.catalog.deleteLlm('m');
  assert.deepEqual(
    [ledger.listLimited(), ledger.readLoad(0), ledger.claimLoad(claim({ in_flight: 3 }))],
    [[], new Map(), undefined],
  );
});
