import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DAY_SUMS, type SlotRow } from '../../../src/machines/day-sums.js';
import type { Ledger } from '../../../src/store/ports/index.js';
import { interaction, START } from '../support.js';
import { decisionRecord } from '../../support/decision.js';
import type { StoreUnderTest } from './store-under-test.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const DECIDED = '019b0000-0000-7000-8000-000000000001';

const slot = (at: number, model: string, first: number): SlotRow => ({
  at,
  model,
  sums: Float64Array.from(DAY_SUMS, (_, i) => first + i),
});
const posted = (at: number, more: object = {}, score = 1) =>
  interaction('q', 'm', score, { decision_id: DECIDED, at: new Date(at).toISOString(), ...more });

async function sweepAll({ retention }: Ledger): Promise<void> {
  while (await retention.sweep());
}

/** Rows as they are compared: what is summed, without classes of latencies. */
async function read({ overview }: Ledger, from: number, to: number, step: number) {
  const { decisions, answers } = await overview.read({ from, to, step });
  return {
    decisions: decisions.map(({ at, model, sums }) => [at - START, model, sums[0]]).toSorted(),
    answers: answers
      .map(({ at, model, sums, latencies }) => [
        at - START,
        model,
        sums.answers,
        sums.errors,
        sums.score,
        sums.cost_usd,
        latencies.reduce((a, b) => a + b, 0),
      ])
      .toSorted(),
  };
}

export function describeOverviewStore(store: StoreUnderTest): void {
  describe('overview', () => {
    test('decisions are summed by two minutes, twenty, an hour and a day', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.decisions.append(
        [decisionRecord(DECIDED, { at: START })],
        [slot(START, 'a', 1), slot(START + 2 * MINUTE, 'a', 10), slot(START + 3 * HOUR, 'b', 5)],
      );
      await ledger.decisions.append([], [slot(START + 2 * MINUTE, 'a', 1)]);
      assert.deepEqual((await read(ledger, START, START + HOUR, 2 * MINUTE)).decisions, [
        [0, 'a', 1],
        [2 * MINUTE, 'a', 11],
      ]);
      assert.deepEqual((await read(ledger, START, START + HOUR, 20 * MINUTE)).decisions, [[0, 'a', 12]]);
      assert.deepEqual((await read(ledger, START, START + DAY, HOUR)).decisions, [
        [0, 'a', 12],
        [3 * HOUR, 'b', 5],
      ]);
      assert.deepEqual((await read(ledger, START, START + DAY, DAY)).decisions, [
        [0, 'a', 12],
        [0, 'b', 5],
      ]);
    });

    test('answers count whether a sweep has summed them yet or not, each once', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.decisions.append([decisionRecord(DECIDED, { at: START })]);
      const records = [
        posted(START, { cost_usd: 0.5, latency_ms: 120 }),
        posted(START + MINUTE, { error: 'late', latency_ms: 900 }, 0),
        posted(START + 5 * HOUR, { cost_usd: 0.25 }, 0.5),
        interaction('q', 'm', 1, { at: new Date(START).toISOString() }),
      ];
      const hours = [
        [0, 'm', 2, 1, 1, 0.5, 1],
        [5 * HOUR, 'm', 1, 0, 0.5, 0.25, 0],
      ];
      await ledger.feedback.append([{ records }]);
      assert.deepEqual((await read(ledger, START, START + DAY, HOUR)).answers, hours);
      await sweepAll(ledger);
      assert.deepEqual((await read(ledger, START, START + DAY, HOUR)).answers, hours);
      await ledger.feedback.append([{ records: [posted(START + 30 * MINUTE, {}, 0.25)] }]);
      const more = [[0, 'm', 3, 1, 1.25, 0.5, 1], hours[1]!];
      assert.deepEqual((await read(ledger, START, START + DAY, HOUR)).answers, more);
      await sweepAll(ledger);
      assert.deepEqual((await read(ledger, START, START + DAY, HOUR)).answers, more);
      assert.deepEqual((await read(ledger, START, START + DAY, DAY)).answers, [[0, 'm', 4, 1, 1.75, 0.75, 1]]);
      assert.deepEqual((await read(ledger, START, START + HOUR, 20 * MINUTE)).answers, [
        [0, 'm', 2, 1, 1, 0.5, 1],
        [20 * MINUTE, 'm', 1, 0, 0.25, 0, 0],
      ]);
    });

    test('sums of short steps go after their time, those of days stay', async (t) => {
      const { ledger, time } = await store.open(t);
      await ledger.decisions.append([decisionRecord(DECIDED, { at: START })], [slot(START, 'a', 1)]);
      await ledger.feedback.append([{ records: [posted(START)] }]);
      await sweepAll(ledger);
      time.now = START + 2 * DAY;
      await sweepAll(ledger);
      const nothing = { decisions: [], answers: [] };
      assert.deepEqual(await read(ledger, START, START + HOUR, 2 * MINUTE), nothing);
      assert.deepEqual(await read(ledger, START, START + HOUR, 20 * MINUTE), nothing);
      assert.equal((await read(ledger, START, START + DAY, HOUR)).decisions.length, 1);
      time.now = START + 20 * DAY;
      await sweepAll(ledger);
      assert.deepEqual(await read(ledger, START, START + DAY, HOUR), nothing);
      const days = await read(ledger, START, START + DAY, DAY);
      assert.deepEqual([days.decisions.length, days.answers.length], [1, 1]);
    });
  });
}
