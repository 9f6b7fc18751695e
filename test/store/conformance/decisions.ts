import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sha256 } from '../../../src/base/hash.js';
import { DAY_SUMS, type DayRow, type SlotRow } from '../../../src/machines/day-sums.js';
import { DecisionSettings } from '../../../src/schema/decision.js';
import type { DecisionFilter, DecisionSearch, KeptDecision } from '../../../src/store/ports/decisions.js';
import type { Ledger } from '../../../src/store/ports/index.js';
import { callRecord } from '../../support/call.js';
import { decisionRecord } from '../../support/decision.js';
import { interaction, START } from '../support.js';
import { ODD_IDS, ODD_TEXTS, testBusy, type StoreUnderTest } from './store-under-test.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DECISION = decisionRecord('d1', { at: 17, ranking: '[{"model":"a"}]', propensity: 0.5 });
const HASH = sha256('q');

/** A UUID of version 7: of a time, and the `n`-th of it. */
function idAt(at: number, n = 0): string {
  const time = at.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${String(n).padStart(12, '0')}`;
}

const get = async ({ decisions }: Ledger, id: string): Promise<KeptDecision | undefined> =>
  (await decisions.get([id])).get(id);

const listed = async ({ decisions }: Ledger, filter: DecisionFilter): Promise<string[]> =>
  (await decisions.list(filter)).map(({ id }) => id);

const sumsOf = (day: string, model: string, first: number): SlotRow => ({
  at: Date.parse(day) + 13 * HOUR,
  model,
  sums: Float64Array.from(DAY_SUMS, (_, i) => first + i),
});
const dayOf = (day: string, model: string, first: number): DayRow => {
  const { sums } = sumsOf(day, model, first);
  return { day, model, sums };
};

async function pruneAll({ decisions }: Ledger): Promise<number> {
  let rounds = 1;
  while (await decisions.prune()) rounds++;
  return rounds;
}

export function describeDecisionStore(store: StoreUnderTest): void {
  describe('decisions', () => {
    test('they are kept as given, and the first of an id stays', async (t) => {
      const { ledger } = await store.open(t);
      const second = decisionRecord('d2', {
        task: 't',
        version: '0123456789abcdef',
        router: 'learned',
        rules: '{"cost_weight":1}',
        excluded: '[{"model":"b"}]',
        cascade: '{"quality":0.5}',
      });
      await ledger.decisions.append([DECISION, second]);
      await ledger.decisions.append([{ ...DECISION, model: 'other' }]);
      await ledger.decisions.append([
        { ...DECISION, id: 'd3' },
        { ...DECISION, id: 'd3', model: 'other' },
      ]);
      assert.deepEqual(
        await ledger.decisions.get(['d2', 'd1', 'd4', 'd1']),
        new Map([
          ['d2', { ...second, queryHash: HASH }],
          ['d1', { ...DECISION, queryHash: HASH }],
        ]),
      );
      assert.equal((await get(ledger, 'd3'))!.model, DECISION.model);
    });

    test('one without a text keeps the hash that it is given, and needs one', async (t) => {
      const { ledger } = await store.open(t);
      const hashed = decisionRecord('d1', { query: null, queryHash: sha256('never seen') });
      await ledger.decisions.append([hashed]);
      assert.deepEqual(await get(ledger, 'd1'), hashed);
      await assert.rejects(ledger.decisions.append([decisionRecord('d2', { query: null })]));
      assert.equal(await get(ledger, 'd2'), undefined);
    });

    test('nothing in, nothing out', async (t) => {
      const { decisions } = (await store.open(t)).ledger;
      await decisions.append([]);
      await decisions.append([], []);
      assert.deepEqual(await decisions.get([]), new Map());
      assert.deepEqual(await decisions.outcomes([]), new Map());
      assert.deepEqual(await decisions.list({ limit: 10 }), []);
      assert.deepEqual(await decisions.days('2026-01-01', '2026-12-31'), { rows: [], observed: [] });
      assert.equal(await decisions.prune(), false);
    });

    test('where one of several cannot be written, none is, nor the sums', async (t) => {
      const { ledger } = await store.open(t);
      const faulty = { ...DECISION, id: 'd2', model: null as never };
      await assert.rejects(ledger.decisions.append([DECISION, faulty], [sumsOf('2026-01-01', 'm', 1)]));
      assert.deepEqual(await ledger.decisions.get(['d1', 'd2']), new Map());
      const unknown = { ...sumsOf('2026-01-01', 'm', 1), model: null as never };
      await assert.rejects(ledger.decisions.append([DECISION], [sumsOf('2026-01-01', 'm', 1), unknown]));
      assert.deepEqual(await ledger.decisions.get(['d1']), new Map());
      assert.deepEqual((await ledger.decisions.days('2026-01-01', '2026-01-01')).rows, []);
    });

    test('they are listed newest first, by LLM, policy and time, page by page', async (t) => {
      const { ledger } = await store.open(t);
      const ids = Array.from({ length: 6 }, (_, i) => idAt(START + Math.floor(i / 2) * HOUR, i));
      await ledger.decisions.append(
        ids.map((id, i) =>
          decisionRecord(id, {
            at: START + Math.floor(i / 2) * HOUR,
            model: i % 2 ? 'a' : 'b',
            policy: i < 3 ? 'quality' : 'cost',
          }),
        ),
      );
      const newest = ids.toReversed();
      const [, one, two, three, four, five] = newest;
      assert.deepEqual(await listed(ledger, { limit: 9 }), newest);
      assert.deepEqual(await listed(ledger, { limit: 2 }), newest.slice(0, 2));
      assert.deepEqual(await listed(ledger, { limit: 0 }), []);
      assert.deepEqual(await listed(ledger, { limit: 2, before: one }), [two, three]);
      assert.deepEqual(await listed(ledger, { limit: 9, before: five }), []);
      assert.deepEqual(await listed(ledger, { limit: 9, model: 'b' }), [one, three, five]);
      assert.deepEqual(await listed(ledger, { limit: 9, policy: 'quality' }), [three, four, five]);
      assert.deepEqual(await listed(ledger, { limit: 9, model: 'b', policy: 'quality' }), [three, five]);
      assert.deepEqual(await listed(ledger, { limit: 9, model: 'c' }), []);
      assert.deepEqual(await listed(ledger, { limit: 9, from: START + HOUR }), newest.slice(0, 4));
      assert.deepEqual(await listed(ledger, { limit: 9, from: START + HOUR, to: START + 2 * HOUR }), [two, three]);
      assert.deepEqual(await listed(ledger, { limit: 9, to: START + 2 * HOUR, before: two, model: 'b' }), [
        three,
        five,
      ]);
      assert.deepEqual((await ledger.decisions.list({ limit: 1 }))[0], await get(ledger, newest[0]!));
    });

    test('a search looks at the first of a list, by text and by what came of them', async (t) => {
      const { ledger } = await store.open(t);
      const ids = Array.from({ length: 6 }, (_, i) => idAt(START, i));
      await ledger.decisions.append(
        ids.map((id, i) =>
          decisionRecord(id, {
            at: START,
            model: i % 2 ? 'a' : 'b',
            query: i === 5 ? null : `Query ${i}`,
            queryHash: HASH,
          }),
        ),
      );
      const [zero, one, two, three, four, five] = ids;
      await ledger.feedback.append([
        {
          records: [
            interaction('q', 'a', 0.5, { decision_id: one }),
            interaction('q', 'a', 0.25, { decision_id: two }),
            interaction('q', 'a', 1, { decision_id: three, error: 'late' }),
          ],
        },
      ]);
      await ledger.calls.append([callRecord(four!, { error: 'timeout' }), callRecord(five!)]);
      const sought = async (search: Partial<DecisionSearch>): Promise<[string[], string | null]> => {
        const { found, next } = await ledger.decisions.search({ limit: 9, most: 9, ...search });
        return [found.map(({ id }) => id), next];
      };
      assert.deepEqual(await sought({}), [ids.toReversed(), null]);
      assert.deepEqual(await sought({ most: 6 }), [ids.toReversed(), null]);
      assert.deepEqual(await sought({ most: 2 }), [[five, four], four]);
      assert.deepEqual(await sought({ text: 'query' }), [[four, three, two, one, zero], null]);
      assert.deepEqual(await sought({ text: 'query', limit: 2 }), [[four, three], three]);
      assert.deepEqual(await sought({ text: 'query', before: three, model: 'b' }), [[two, zero], null]);
      assert.deepEqual(await sought({ text: 'y 0', most: 3 }), [[], three]);
      assert.deepEqual(await sought({ text: 'y 0', most: 3, before: three }), [[zero], null]);
      assert.deepEqual(await sought({ text: 'y_0' }), [[], null]);
      assert.deepEqual(await sought({ outcome: 'none' }), [[five, four, zero], null]);
      assert.deepEqual(await sought({ outcome: 'any' }), [[three, two, one], null]);
      assert.deepEqual(await sought({ outcome: 'good' }), [[three, one], null]);
      assert.deepEqual(await sought({ outcome: 'bad' }), [[two], null]);
      assert.deepEqual(await sought({ outcome: 'error', text: 'query' }), [[four, three], null]);
      assert.deepEqual(await sought({ from: START + HOUR }), [[], null]);
    });

    test('what arrived since a place is told in the order in which it came, whatever its id', async (t) => {
      const { ledger, openAgain, time } = await store.open(t);
      const other = await openAgain();
      const arrived = async (after: number | undefined, limit = 9): Promise<[string[], number]> => {
        const { found, place } = await ledger.decisions.arrived(after, limit);
        return [found.map(({ id }) => id), place];
      };
      const [, empty] = await arrived(undefined);
      const [early, late] = [idAt(START, 1), idAt(START, 2)];
      await ledger.decisions.append([decisionRecord(late, { at: START })]);
      const [found, place] = await arrived(empty);
      assert.deepEqual(found, [late]);
      await other.decisions.append([decisionRecord(early, { at: START })]);
      const [next, last] = await arrived(place);
      assert.deepEqual(next, [early]);
      assert.deepEqual(await arrived(empty, 1), [[early], last]);
      assert.deepEqual(await arrived(last), [[], last]);
      assert.deepEqual(await arrived(undefined), [[], last]);
      // All are removed: what comes then is new all the same.
      await ledger.settings.put('decision', DecisionSettings.parse({ max_age_days: 1 }));
      time.now = START + DAY + 1;
      await pruneAll(ledger);
      const [, none] = await arrived(last);
      await ledger.decisions.append([decisionRecord(idAt(time.now), { at: time.now })]);
      assert.deepEqual((await arrived(none))[0], [idAt(time.now)]);
    });

    test('outcomes are the interactions that named a decision, in order of arrival', async (t) => {
      const { ledger } = await store.open(t);
      const [known, unlogged, none] = [idAt(1, 1), idAt(2, 2), idAt(3, 3)];
      await ledger.decisions.append([decisionRecord(known), decisionRecord(none)]);
      const later = new Date(START + HOUR).toISOString();
      await ledger.feedback.append([
        { records: [interaction('q', 'b', 0.5, { decision_id: known, at: later, cost_usd: 0.25 })] },
        { records: [interaction('q', 'a', 1, { decision_id: known }), interaction('q', 'a', 0)] },
        { records: [interaction('q', 'a', 0, { decision_id: unlogged, error: 'late', latency_ms: 9 })] },
      ]);
      const nothing = { cost_usd: null, latency_ms: null, error: null };
      const now = new Date(START).toISOString();
      const outcomes = await ledger.decisions.outcomes([none, known, unlogged]);
      assert.deepEqual([...outcomes.keys()].toSorted(), [known, unlogged, none].toSorted());
      assert.deepEqual(outcomes.get(known), [
        { ...nothing, model: 'b', score: 0.5, cost_usd: 0.25, at: later },
        { ...nothing, model: 'a', score: 1, at: now },
      ]);
      assert.deepEqual(outcomes.get(unlogged), [
        { ...nothing, model: 'a', score: 0, latency_ms: 9, error: 'late', at: now },
      ]);
      assert.deepEqual(outcomes.get(none), []);
    });

    test('sums of a day and LLM add up, and what feedback says of the day stands beside them', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const other = await openAgain();
      await ledger.decisions.append([], [sumsOf('2026-01-01', 'm', 1), sumsOf('2026-01-02', 'm', 2)]);
      await other.decisions.append([DECISION], [sumsOf('2026-01-01', 'm', 10), sumsOf('2026-01-01', 'a', 3)]);
      const decided = { decision_id: idAt(1) };
      await ledger.feedback.append([
        {
          records: [
            interaction('q', 'm', 1, { ...decided, cost_usd: 0.5 }),
            interaction('q', 'm', 0.5, { ...decided, cost_usd: 0.25, error: 'late' }),
            interaction('q', 'm', 0, { at: new Date(START).toISOString() }),
            interaction('q', 'm', 0.25, { ...decided, at: new Date(START + 2 * DAY - 1).toISOString() }),
            interaction('q', 'm', 0.25, { ...decided, at: new Date(START + 2 * DAY).toISOString() }),
          ],
        },
      ]);
      const added = { day: '2026-01-01', model: 'm', sums: Float64Array.from(DAY_SUMS, (_, i) => 11 + 2 * i) };
      assert.deepEqual(await ledger.decisions.days('2026-01-01', '2026-01-02'), {
        rows: [dayOf('2026-01-01', 'a', 3), added, dayOf('2026-01-02', 'm', 2)],
        observed: [
          { day: '2026-01-01', answers: 2, score: 0.75, square: 0.625, worth: 2, cost_usd: 0.75, errors: 1 },
          { day: '2026-01-02', answers: 1, score: 0.25, square: 0.0625, worth: 1, cost_usd: null, errors: 0 },
        ],
      });
      assert.deepEqual((await ledger.decisions.days('2026-01-02', '2026-01-02')).rows, [dayOf('2026-01-02', 'm', 2)]);
    });

    test('texts are forgotten after their time, decisions removed after theirs, oldest first', async (t) => {
      const { ledger, time } = await store.open(t);
      await ledger.settings.put('decision', DecisionSettings.parse({ query_text_hours: 1, max_age_days: 1 }));
      const [old, recent] = [idAt(START), idAt(START + HOUR)];
      await ledger.decisions.append([
        decisionRecord(old, { at: START, query: 'first' }),
        decisionRecord(recent, { at: START + HOUR, query: 'second' }),
      ]);
      assert.equal(await pruneAll(ledger), 1);
      assert.equal((await get(ledger, old))!.query, 'first');
      time.now = START + HOUR + 1;
      await pruneAll(ledger);
      const forgotten = (await get(ledger, old))!;
      assert.deepEqual([forgotten.query, forgotten.queryHash], [null, sha256('first')]);
      assert.equal((await get(ledger, recent))!.query, 'second');
      time.now = START + DAY + 1;
      await pruneAll(ledger);
      assert.deepEqual(await listed(ledger, { limit: 9 }), [recent]);
      assert.equal((await get(ledger, recent))!.query, null);
    });

    test('where no text is kept, its hash is', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.settings.put('decision', DecisionSettings.parse({ query_text_hours: 0 }));
      await ledger.decisions.append([DECISION]);
      assert.deepEqual(await get(ledger, 'd1'), { ...DECISION, query: null, queryHash: HASH });
    });

    test('the oldest are removed where the log is too large, in parts, with the steps of their cascades', async (t) => {
      const { ledger } = await store.open(t);
      const ids = Array.from({ length: 2_500 }, (_, i) => idAt(START + i));
      await ledger.decisions.append(
        ids.map((id, i) => decisionRecord(id, { at: START + i, ranking: JSON.stringify('x'.repeat(1_000)) })),
      );
      await ledger.cascades.append({ decision: ids[0]!, position: 0, report: { score: 1 }, call: null });
      assert.equal(await ledger.decisions.prune(), false, 'there is room for all');
      await ledger.settings.put('decision', DecisionSettings.parse({ max_megabytes: 0.1 }));
      assert.ok((await pruneAll(ledger)) > 1);
      const left = await listed(ledger, { limit: 2_500 });
      assert.ok(left.length > 50 && left.length <= 100, String(left.length));
      assert.deepEqual(left, ids.slice(-left.length).toReversed());
      assert.deepEqual(await ledger.cascades.steps(ids[0]!), []);
    });

    test('odd ids and texts come back as they were given', async (t) => {
      const { ledger } = await store.open(t);
      const records = [...ODD_IDS, ...ODD_TEXTS.map((_, i) => `of text ${i}`)].map((id, i) =>
        decisionRecord(id, { query: ODD_TEXTS[i % ODD_TEXTS.length]!, model: id, task: id, policy: id }),
      );
      await ledger.decisions.append(
        records,
        ODD_IDS.map((id) => sumsOf('2026-01-01', id, 1)),
      );
      const kept = await ledger.decisions.get(records.map(({ id }) => id));
      for (const record of records)
        assert.deepEqual(kept.get(record.id), { ...record, queryHash: sha256(record.query!) });
      assert.deepEqual(
        new Set((await ledger.decisions.days('2026-01-01', '2026-01-01')).rows.map(({ model }) => model)),
        new Set(ODD_IDS),
      );
    });

    test('of two openers that log one id at once, the decision of one is kept', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const openers = [ledger, await openAgain()];
      await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          openers[i % 2]!.decisions.append([{ ...DECISION, model: `m${i}`, policy: `p${i}` }]),
        ),
      );
      const { model, policy } = (await get(ledger, 'd1'))!;
      assert.equal(model.slice(1), policy.slice(1));
      assert.deepEqual(await get(openers[1]!, 'd1'), await get(ledger, 'd1'));
    });

    testBusy(
      store,
      {
        append: ({ decisions }) => decisions.append([decisionRecord('d2', { at: START })]),
        prune: ({ decisions }) => decisions.prune(),
      },
      async ({ ledger, time }) => {
        await ledger.decisions.append([decisionRecord('d1', { at: START })]);
        time.now += 365 * DAY;
      },
    );
  });
}
