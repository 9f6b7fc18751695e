import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DAY_SUMS } from '../../../src/machines/day-sums.js';
import { sha256 } from '../../../src/base/hash.js';
import { RetentionSettings } from '../../../src/schema/retention.js';
import type { FeedbackRecord } from '../../../src/store/ports/feedback.js';
import type { Ledger } from '../../../src/store/ports/index.js';
import type { TableSize } from '../../../src/store/ports/retention.js';
import { decisionRecord } from '../../support/decision.js';
import { interaction, preference, signal, START } from '../support.js';
import { testBusy, type OpenedLedger, type StoreUnderTest } from './store-under-test.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const iso = (at: number): string => new Date(at).toISOString();

export async function sweepAll({ retention }: Ledger): Promise<number> {
  let rounds = 1;
  while (await retention.sweep()) {
    rounds++;
    assert.ok(rounds < 1_000, 'sweeping ends');
  }
  return rounds;
}

export async function sizeOf({ retention }: Ledger, table: string): Promise<Omit<TableSize, 'table'>> {
  const { table: _, ...size } = (await retention.sizes()).find((one) => one.table === table)!;
  return size;
}

const set = (ledger: Ledger, settings: object): Promise<void> =>
  ledger.settings.put('retention', RetentionSettings.parse(settings));

/** Answers of two LLMs to `count` queries, one a millisecond. */
const answers = (count: number, from = 0): FeedbackRecord[] =>
  Array.from({ length: count }, (_, i) =>
    interaction(`query ${from + Math.floor(i / 2)}`, i % 2 ? 'a' : 'b', i % 2, { at: iso(START + from + i) }),
  );

export function describeRetentionStore(store: StoreUnderTest): void {
  describe('retention', () => {
    test('by default nothing of feedback is removed, however old', async (t) => {
      const { ledger, time } = await store.open(t);
      await ledger.feedback.append([{ records: [...answers(6), preference('p', 'a', 'b')] }]);
      time.now = START + 3_000 * DAY;
      await sweepAll(ledger);
      assert.deepEqual(await sizeOf(ledger, 'interaction'), { rows: 6, bytes: 0, removed: 0 });
      assert.deepEqual((await ledger.snapshot.read()).queries.length, 4);
    });

    test('of too many rows the oldest are removed, with queries that none is left of; sums stay', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      await ledger.feedback.append([{ records: answers(5_001) }]);
      await ledger.feedback.append([{ records: [signal('query 0', 'a', 1, { at: iso(START + 9_000) })] }]);
      const before = await ledger.feedback.stats();
      await set(ledger, { interactions: { max_rows: 100 } });
      const other = await openAgain();
      assert.ok((await sweepAll(other)) > 2, 'in parts');
      assert.deepEqual(await sizeOf(ledger, 'interaction'), { rows: 100, bytes: 0, removed: 4_902 });
      const rows = await ledger.snapshot.read();
      assert.equal(rows.queries.length, 51, 'a query with a row of its own, and one that a signal came of later');
      assert.equal((await sizeOf(ledger, 'query')).rows, 51);
      assert.deepEqual(await ledger.snapshot.texts([sha256('query 1'), sha256('query 0')]), [undefined, 'query 0']);
      assert.deepEqual(await ledger.feedback.stats(), before);
      assert.deepEqual(await ledger.feedback.counts(), { interactions: 5_002, preferences: 0, queries: 2_501 });
      assert.equal(await ledger.feedback.position(), 5_002);
      await ledger.feedback.append([{ records: answers(2, 9_000) }]);
      assert.equal(await ledger.feedback.position(), 5_004, 'positions count on');
    });

    test('interactions and preferences count together, the older go first', async (t) => {
      const { ledger } = await store.open(t);
      const at = (n: number): { at: string } => ({ at: iso(START + n) });
      await ledger.feedback.append([
        {
          records: [
            preference('old', 'a', 'b', at(1)),
            interaction('middle', 'a', 1, at(2)),
            interaction('new', 'a', 1, at(5)),
            preference('newer', 'a', 'b', at(4)),
            preference('newest', 'a', 'b', at(6)),
          ],
        },
      ]);
      await set(ledger, { interactions: { max_rows: 3 } });
      await sweepAll(ledger);
      assert.deepEqual([(await sizeOf(ledger, 'interaction')).rows, (await sizeOf(ledger, 'preference')).rows], [1, 2]);
      assert.deepEqual((await ledger.feedback.stats()).map(({ wins }) => wins).toSorted(), [0, 3]);
    });

    test('the newest row of each stays, whatever the limits, so that positions are never given again', async (t) => {
      const { ledger, time } = await store.open(t);
      await ledger.feedback.append([{ records: [...answers(4), preference('p', 'a', 'b', { at: iso(START) })] }]);
      await set(ledger, { interactions: { max_rows: 1, max_age_days: 0.001, max_megabytes: 0.000_001 } });
      time.now = START + 2 * DAY;
      await sweepAll(ledger);
      assert.equal(await ledger.feedback.position(), 4);
      assert.deepEqual([(await sizeOf(ledger, 'interaction')).rows, (await sizeOf(ledger, 'preference')).rows], [1, 1]);
      assert.equal((await ledger.snapshot.read()).scores.query.length, 1);
    });

    test('rows are removed by the age of their answer, in whatever order they came', async (t) => {
      const { ledger, time } = await store.open(t);
      const old = { at: iso(START - 20 * DAY) };
      await ledger.feedback.append([
        {
          records: [
            interaction('young', 'a', 1),
            interaction('old', 'a', 1, old),
            interaction('both', 'a', 0, old),
            interaction('both', 'b', 0),
            preference('old too', 'a', 'b', old),
            preference('last', 'a', 'b'),
          ],
        },
      ]);
      await set(ledger, { interactions: { max_age_days: 10 } });
      await sweepAll(ledger);
      const texts = ['young', 'old', 'both', 'old too', 'last'];
      const known = await ledger.snapshot.texts(texts.map((text) => sha256(text)));
      assert.deepEqual(known, ['young', undefined, 'both', undefined, 'last']);
      time.now = START + 11 * DAY;
      await sweepAll(ledger);
      assert.deepEqual(await ledger.snapshot.texts([sha256('young')]), [undefined], 'the next pass is an hour later');
    });

    test('a pass that met a clock years ahead does not wait for years', async (t) => {
      const { ledger, time } = await store.open(t);
      await ledger.feedback.append([{ records: [...answers(2), preference('p', 'a', 'b', { at: iso(START) })] }]);
      await set(ledger, { interactions: { max_age_days: 20_000 }, import_days: 20_000 });
      time.now = START + 3_000 * DAY;
      await sweepAll(ledger);
      assert.equal((await sizeOf(ledger, 'interaction')).rows, 2);
      time.now = START + 2 * DAY;
      await set(ledger, { interactions: { max_age_days: 1 } });
      await sweepAll(ledger);
      assert.equal((await sizeOf(ledger, 'interaction')).rows, 1);
    });

    test('the oldest are removed while texts and rows take more than they may', async (t) => {
      const { ledger } = await store.open(t);
      const long = Array.from({ length: 300 }, (_, i) => interaction(`${i} ${'x'.repeat(1_000)}`, 'a', 1));
      await ledger.feedback.append([{ records: long }]);
      await set(ledger, { interactions: { max_megabytes: 0.1 } });
      await sweepAll(ledger);
      const { rows } = await sizeOf(ledger, 'interaction');
      assert.ok(rows > 70 && rows < 90, String(rows));
      assert.ok((await sizeOf(ledger, 'text')).bytes < 100_000);
    });

    test('keys are known for their time, each tenant’s apart', async (t) => {
      const { ledger, time } = await store.open(t);
      const batch = (tenant?: string, requestHash = 'h') => ({
        records: [interaction('q', 'a', 1)],
        key: 'k',
        requestHash,
        ...(tenant !== undefined && { tenant }),
      });
      const stored = async (...args: Parameters<typeof batch>): Promise<unknown> => {
        const [answer] = await ledger.feedback.append([batch(...args)]);
        return answer instanceof Error ? (answer as { code?: string } & Error).code : answer!.stored;
      };
      assert.deepEqual(
        [await stored(), await stored('x'), await stored('y', 'other'), await stored(), await stored('x')],
        [true, true, true, false, false],
      );
      assert.equal(await stored('x', 'another'), 'idempotency_key_reused');
      time.now = START + 168 * HOUR;
      assert.equal(await stored(), false);
      time.now += 1;
      assert.equal(await stored(), true, 'it expired, swept or not');
      assert.equal(await stored(), false);
      assert.deepEqual(await sizeOf(ledger, 'idempotency'), { rows: 3, bytes: 0, removed: 0 });
      await sweepAll(ledger);
      assert.deepEqual(await sizeOf(ledger, 'idempotency'), { rows: 1, bytes: 0, removed: 2 });
      assert.equal(await stored('x', 'another'), true);
    });

    test('the oldest vectors are removed while they take more than they may', async (t) => {
      const { ledger } = await store.open(t);
      const vectors = Array.from({ length: 700 }, (_, i): [string, Float32Array] => [
        sha256(String(i)),
        Float32Array.from({ length: 100 }, (__, d) => 1 + d + i),
      ]);
      await ledger.embeddings.put('e', vectors);
      await set(ledger, { embeddings_megabytes: 0.04 });
      await sweepAll(ledger);
      const left = await ledger.embeddings.get(
        'e',
        vectors.map(([hash]) => hash),
      );
      assert.equal(left.size, 100);
      assert.ok(left.has(sha256('699')) && !left.has(sha256('0')));
      assert.deepEqual(await sizeOf(ledger, 'embedding'), { rows: 100, bytes: 40_000, removed: 600 });
    });

    test('alerts that were resolved long ago go, and are counted for ever', async (t) => {
      const { ledger, time } = await store.open(t);
      await ledger.feedback.append([{ records: answers(2) }]);
      const observed = (value: number, count: number) =>
        Array.from({ length: count }, () => ({
          model: 'a',
          task: 't',
          version: 'v',
          at: START,
          signal: 'score' as const,
          value,
          predicted: 0.5,
        }));
      await ledger.alerts.observe(observed(1, 200));
      const [alert] = await ledger.alerts.observe(observed(0, 100));
      assert.ok(alert !== undefined);
      const counts = await ledger.alerts.counts();
      time.now = START + 400 * DAY;
      await sweepAll(ledger);
      assert.equal((await ledger.alerts.list(9)).length, 1, 'it is open');
      await ledger.alerts.resolve(alert.id, undefined);
      time.now += 366 * DAY;
      await sweepAll(ledger);
      assert.deepEqual(await ledger.alerts.list(9), []);
      assert.deepEqual(await ledger.alerts.counts(), counts);
    });

    test('what was imported is known as long as is set', async (t) => {
      const { ledger, time } = await store.open(t);
      const hashes = Array.from({ length: 5_000 }, (_, i) => Buffer.from(sha256(String(i)), 'hex').subarray(0, 16));
      async function imported(): Promise<number> {
        const file = await ledger.imports.begin();
        const fresh = hashes.filter((hash, i) => file.isNew(hash, i % 2 === 0)).length;
        if ((await file.importedAt('f')) === undefined) await file.markImported('f', 'name');
        await file.commit();
        await file.end();
        return fresh;
      }
      assert.deepEqual([await imported(), await imported()], [5_000, 0]);
      assert.equal((await sizeOf(ledger, 'imported_row')).rows, 5_000);
      time.now = START + 100 * DAY;
      await sweepAll(ledger);
      assert.equal((await sizeOf(ledger, 'imported_row')).rows, 5_000);
      await set(ledger, { import_days: 50 });
      assert.ok((await sweepAll(ledger)) > 2, 'in parts');
      assert.deepEqual(await sizeOf(ledger, 'imported_row'), { rows: 0, bytes: 0, removed: 5_000 });
      assert.deepEqual(await sizeOf(ledger, 'imported_file'), { rows: 0, bytes: 0, removed: 1 });
      assert.equal(await imported(), 5_000);
    });

    test('sums by day are kept as long as is set, a day at a time', async (t) => {
      const { ledger, time } = await store.open(t);
      const sums = new Float64Array(DAY_SUMS.length);
      const days = ['2026-01-01', '2026-01-02', '2026-03-01'];
      await ledger.decisions.append(
        [],
        days.flatMap((day) => ['a', 'b'].map((model) => ({ at: Date.parse(day), model, sums }))),
      );
      time.now = Date.UTC(2026, 2, 1, 12);
      await set(ledger, { summary_days: 10 });
      await sweepAll(ledger);
      const { rows } = await ledger.decisions.days('2020-01-01', '2030-01-01');
      assert.deepEqual([...new Set(rows.map(({ day }) => day))], ['2026-03-01']);
    });

    test('who wrote a decision or a row is kept with it', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.decisions.append([decisionRecord('d1', { tenant: 'x' }), decisionRecord('d2')]);
      const found = await ledger.decisions.get(['d1', 'd2']);
      assert.deepEqual([found.get('d1')!.tenant, found.get('d2')!.tenant], ['x', null]);
    });

    test('decisions are counted as they come and go', async (t) => {
      const { ledger, time } = await store.open(t);
      await ledger.decisions.append([decisionRecord('d1', { at: START }), decisionRecord('d1', { at: START })]);
      assert.equal((await sizeOf(ledger, 'decision')).rows, 1);
      time.now = START + 31 * DAY;
      await ledger.decisions.prune();
      assert.equal((await sizeOf(ledger, 'decision')).rows, 0);
    });

    test('two that sweep at the same time remove what one would', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const other = await openAgain();
      await ledger.feedback.append([{ records: answers(9_000) }]);
      await set(ledger, { interactions: { max_rows: 10 } });
      let more = true;
      while (more) {
        const [a, b] = await Promise.all([ledger.retention.sweep(), other.retention.sweep()]);
        more = a || b;
      }
      assert.deepEqual(await sizeOf(ledger, 'interaction'), { rows: 10, bytes: 0, removed: 8_990 });
    });

    test('free space is given back, and a ledger that was vacuumed is as it was', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const other = await openAgain();
      await ledger.feedback.append([
        { records: Array.from({ length: 3_000 }, (_, i) => interaction(`${i} ${'x'.repeat(8_000)}`, 'a', 1)) },
      ]);
      await set(ledger, { interactions: { max_rows: 100 } });
      const full = (await ledger.retention.bytes()).bytes;
      await sweepAll(ledger);
      const swept = await ledger.retention.bytes();
      assert.ok(swept.givesBack && swept.bytes < full / 2, `${swept.bytes} of ${full}`);
      await other.retention.vacuum();
      const written = await ledger.retention.bytes();
      assert.ok(written.givesBack && written.freeBytes === 0 && written.bytes < swept.bytes);
      assert.equal((await ledger.snapshot.read()).queries.length, 100);
      await ledger.feedback.append([{ records: answers(2) }]);
      assert.equal((await other.snapshot.read()).queries.length, 101);
    });

    testBusy(
      store,
      {
        sweep: ({ retention }) => retention.sweep(),
        forgetTexts: ({ retention }) => retention.forgetTexts({ tenant: 'x' }, [sha256('q')]),
        forgetRest: ({ retention }) => retention.forgetRest({ tenant: 'x' }),
        vacuum: ({ retention }) => retention.vacuum(),
      },
      async ({ ledger }: OpenedLedger) => {
        await ledger.feedback.append([{ records: answers(4), key: 'k', requestHash: 'h' }]);
        await set(ledger, { interactions: { max_rows: 1 } });
      },
    );
  });
}
