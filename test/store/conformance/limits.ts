import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { capacityOf, SLOT_MS, slotOf } from '../../../src/machines/limits.js';
import type { LoadClaim, Settlement } from '../../../src/machines/claims.js';
import type { LlmLimits } from '../../../src/schema/profile.js';
import type { Ledger } from '../../../src/store/ports/index.js';
import { interaction, profile, START } from '../support.js';
import { ODD_IDS, testBusy, type OpenedLedger, type StoreUnderTest } from './store-under-test.js';

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

/** Two openers of one ledger that has the LLM `m`. */
async function two(
  store: StoreUnderTest,
  t: TestContext,
  limits: LlmLimits = {},
): Promise<Pick<OpenedLedger, 'time' | 'openAgain'> & { ledgers: [Ledger, Ledger] }> {
  const { ledger, time, openAgain } = await store.open(t, { busyTimeoutMs: 25 });
  await ledger.catalog.put(profile('m', { limits, latency_ms: 700 }));
  return { ledgers: [ledger, await openAgain({ busyTimeoutMs: 25 })], time, openAgain };
}

export function describeLimitStore(store: StoreUnderTest): void {
  describe('limits', () => {
    test('two openers share what there is, a third finds it later, and after a minute there is room', async (t) => {
      const limits = { requests_per_minute: 5 };
      const { ledgers, time, openAgain } = await two(store, t, limits);
      const granted = await Promise.all(
        Array.from({ length: 8 }, (_, i) => ledgers[i % 2]!.limits.claim(claim(limits))),
      );
      assert.deepEqual(granted.map((one) => one!.granted?.requests ?? 0).toSorted(), [0, 0, 0, 1, 1, 1, 1, 1]);
      for (const ledger of ledgers) await ledger.close();
      const again = await openAgain();
      assert.equal((await again.limits.claim(claim(limits)))!.granted, null);
      assert.deepEqual((await again.limits.load(0)).get('m')!.use, [{ slot: slotOf(START), requests: 5, tokens: 500 }]);
      time.now += 60_000;
      assert.equal((await again.limits.claim(claim(limits)))!.granted, null);
      time.now += SLOT_MS;
      assert.deepEqual((await again.limits.claim(claim(limits)))!.granted, { requests: 1, tokens: 100 });
      assert.deepEqual((await again.limits.load(0)).get('m')!.use, [
        { slot: slotOf(time.now), requests: 1, tokens: 100 },
      ]);
    });

    test('more than is needed is granted where there is room, less than is needed never, unless forced', async (t) => {
      const limits = { requests_per_minute: 10, tokens_per_minute: 1_000 };
      const {
        ledgers: [ledger],
      } = await two(store, t, limits);
      const wanted = { requests: 6, tokens: 300 };
      assert.deepEqual((await ledger.limits.claim(claim(limits, { wanted })))!.granted, wanted);
      assert.deepEqual((await ledger.limits.claim(claim(limits, { wanted })))!.granted, { requests: 4, tokens: 300 });
      assert.equal((await ledger.limits.claim(claim(limits)))!.granted, null, 'no request is left');
      assert.equal(
        (await ledger.limits.claim(claim(limits, { needed: { requests: 0, tokens: 401 } })))!.granted,
        null,
        'too few tokens are left',
      );
      const { granted, state } = (await ledger.limits.claim(claim(limits, { force: true })))!;
      assert.deepEqual(granted, { requests: 1, tokens: 100 });
      assert.deepEqual(state.use.at(-1), { slot: slotOf(START), requests: 11, tokens: 700 });
    });

    test('what was not spent is given back, and what was spent without asking is counted', async (t) => {
      const limits = { requests_per_minute: 10 };
      const {
        ledgers: [ledger],
        time,
      } = await two(store, t, limits);
      const { slot } = (await ledger.limits.claim(claim(limits, { wanted: { requests: 10, tokens: 100 } })))!;
      const before = (await ledger.limits.load(0)).get('m')!;
      time.now += SLOT_MS;
      await ledger.limits.settle([
        {
          model: 'm',
          capacity: capacityOf(limits),
          unspent: { slot, requests: 7, tokens: 0 },
          owed: { requests: 2, tokens: 50 },
          decisions: [],
        },
      ]);
      const { use, debt } = (await ledger.limits.load(0)).get('m')!;
      assert.deepEqual(use, [
        { slot, requests: 3, tokens: 100 },
        { slot: slot + 1, requests: 2, tokens: 50 },
      ]);
      assert.ok(debt.requests < before.debt.requests);
      assert.deepEqual((await ledger.limits.load(slot + 1)).get('m')!.use.length, 1);
    });

    test('places in flight are freed by feedback, by a report and by time', async (t) => {
      const limits = { in_flight: 2 };
      const {
        ledgers: [one, other],
        time,
      } = await two(store, t, limits);
      const take = async (ledger: Ledger, id: string): Promise<boolean> =>
        (await ledger.limits.claim(claim(limits, { decision: { id, expiresAt: time.now + 5_000 } })))!.granted !== null;
      assert.deepEqual(await Promise.all(DECISIONS.map((id, i) => take([one, other][i]!, id))), [true, true]);
      assert.equal(await take(one, 'third'), false);
      assert.deepEqual(await other.limits.inFlight(), new Map([['m', 2]]));
      await other.feedback.append([{ records: [interaction('q', 'm', 1, { decision_id: DECISIONS[0] })] }]);
      assert.equal(await take(one, 'third'), true);
      await one.breakers.report([{ model: profile('m').id, ok: false, decision_id: DECISIONS[1] as never }]);
      assert.equal(await take(other, 'fourth'), true);
      assert.equal(await take(other, 'fifth'), false);
      time.now += 5_000;
      assert.deepEqual(await other.limits.inFlight(), new Map());
      assert.equal(await take(other, 'fifth'), true);
    });

    test('a claim does not wait for an import, and says that the ledger is busy', async (t) => {
      const {
        ledgers: [one, other],
      } = await two(store, t, { requests_per_minute: 5 });
      const writer = await one.imports.begin();
      await writer.add([interaction('q', 'm', 1)]);
      const begun = performance.now();
      await assert.rejects(other.limits.claim(claim({ requests_per_minute: 5 })), { code: 'ledger_busy' });
      assert.ok(performance.now() - begun < 500);
      assert.deepEqual(await other.limits.load(0), new Map());
      await writer.commit();
      assert.ok((await other.limits.claim(claim({ requests_per_minute: 5 })))!.granted);
    });

    test('lists who declares limits, with what is known of its answers; an LLM that is gone has no load', async (t) => {
      const {
        ledgers: [ledger],
      } = await two(store, t, { in_flight: 3 });
      await ledger.catalog.put(profile('free'));
      assert.deepEqual(await ledger.limits.limited(), [
        { model: 'm', limits: { in_flight: 3 }, latencyMs: 700, completionTokens: null },
      ]);
      await ledger.feedback.append([
        {
          records: [
            interaction('q', 'm', 1, { latency_ms: 100, completion_tokens: 40 }),
            interaction('r', 'm', 1, { latency_ms: 400 }),
          ],
        },
      ]);
      const [known] = await ledger.limits.limited();
      assert.deepEqual(
        { ...known, latencyMs: Math.round(known!.latencyMs!) },
        { model: 'm', limits: { in_flight: 3 }, latencyMs: 200, completionTokens: 40 },
      );
      await ledger.limits.claim(claim({ in_flight: 3 }));
      await ledger.catalog.delete('m');
      assert.deepEqual(
        [
          await ledger.limits.limited(),
          await ledger.limits.load(0),
          await ledger.limits.claim(claim({ in_flight: 3 })),
        ],
        [[], new Map(), undefined],
      );
    });

    test('an LLM that is deleted has nothing in flight, nor has one that is put back after its time', async (t) => {
      const {
        ledgers: [ledger],
        time,
      } = await two(store, t, { in_flight: 3 });
      const decision = { id: DECISIONS[0], expiresAt: START + 5_000 };
      await ledger.limits.claim(claim({ in_flight: 3 }, { decision }));
      assert.deepEqual((await ledger.limits.load(0)).get('m')!.inFlight, 1);
      await ledger.catalog.delete('m');
      assert.deepEqual([await ledger.limits.load(0), await ledger.limits.inFlight()], [new Map(), new Map()]);
      await ledger.catalog.put(profile('m', { limits: { in_flight: 3 } }));
      assert.deepEqual(await ledger.limits.inFlight(), new Map([['m', 1]]));
      time.now += 5_000;
      assert.deepEqual(await ledger.limits.inFlight(), new Map());
    });

    test('decisions that nobody was told of free their places; others stay', async (t) => {
      const limits = { in_flight: 3 };
      const {
        ledgers: [one, other],
      } = await two(store, t, limits);
      for (const id of DECISIONS) await one.limits.claim(claim(limits, { decision: { id, expiresAt: START + 5_000 } }));
      await other.limits.end([DECISIONS[0], 'never']);
      assert.deepEqual(await one.limits.inFlight(), new Map([['m', 1]]));
      await one.limits.end([DECISIONS[0], DECISIONS[1]]);
      assert.deepEqual(await other.limits.inFlight(), new Map());
    });

    test('settlements are written all or none; of unknown LLMs there is nothing to settle', async (t) => {
      const {
        ledgers: [ledger],
      } = await two(store, t, { in_flight: 3 });
      const owed = { requests: 2, tokens: 50 };
      const settled = (model: string, id: string | null): Settlement => ({
        model,
        capacity: capacityOf({}),
        unspent: null,
        owed,
        decisions: [{ id: id as string, expiresAt: START + 5_000 }],
      });
      await assert.rejects(ledger.limits.settle([settled('m', DECISIONS[0]), settled('m', null)]));
      assert.deepEqual([await ledger.limits.load(0), await ledger.limits.inFlight()], [new Map(), new Map()]);
      await ledger.limits.settle([settled('nobody', DECISIONS[1]), settled('m', DECISIONS[0])]);
      const { use, inFlight } = (await ledger.limits.load(0)).get('m')!;
      assert.deepEqual([use, inFlight], [[{ slot: slotOf(START), ...owed }], 1]);
      assert.equal((await ledger.limits.load(0)).size, 1);
    });

    test('nothing in, nothing out', async (t) => {
      const { limits } = (await store.open(t)).ledger;
      await limits.settle([]);
      await limits.end([]);
      assert.deepEqual(
        [await limits.limited(), await limits.load(0), await limits.inFlight(), await limits.claim(claim({}))],
        [[], new Map(), new Map(), undefined],
      );
    });

    test('odd ids are told apart, and listed in their order', async (t) => {
      const { ledger } = await store.open(t);
      for (const id of ODD_IDS) {
        await ledger.catalog.put(profile(id, { limits: { in_flight: 1 } }));
        await ledger.limits.claim(claim({ in_flight: 1 }, { model: id, decision: { id, expiresAt: START + 5_000 } }));
      }
      assert.deepEqual(
        (await ledger.limits.limited()).map(({ model }) => model),
        ODD_IDS.toSorted(),
      );
      const load = await ledger.limits.load(0);
      for (const id of ODD_IDS) {
        assert.equal(load.get(id)!.inFlight, 1);
        await ledger.limits.end([id]);
        assert.equal((await ledger.limits.inFlight()).get(id), undefined);
      }
    });

    testBusy(
      store,
      {
        settle: ({ limits }) =>
          limits.settle([
            { model: 'm', capacity: capacityOf({}), unspent: null, owed: { requests: 1, tokens: 1 }, decisions: [] },
          ]),
        claim: ({ limits }) => limits.claim(claim({})),
        end: ({ limits }) => limits.end([DECISIONS[0]]),
      },
      async ({ ledger }) => {
        await ledger.catalog.put(profile('m', { limits: { in_flight: 2 } }));
        await ledger.limits.claim(claim({}, { decision: { id: DECISIONS[0], expiresAt: START + 5_000 } }));
      },
    );
  });
}
