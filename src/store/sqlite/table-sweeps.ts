import type { Clock } from '../../base/clock.js';
import { BYTES_PER_MEGABYTE, DAY_MS, HOUR_MS } from '../../base/units.js';
import { STEPS } from '../../machines/day-sums.js';
import { SLOTS, slotOf } from '../../machines/limits.js';
import { periodsOf } from '../../machines/quota.js';
import type { RetentionSettings } from '../../schema/retention.js';
import { answerSweep } from './answer-parts.js';
import type { Touch } from './changes.js';
import type { Connection } from './connection.js';
import { createPasses } from './retention-pass.js';
import type { ReadSettings } from './settings.js';
import { PASS_PAUSE_MS, REMOVED_AT_ONCE, type Sweep } from './sweep.js';
import type { TableSizes } from './table-sizes.js';

/** Vectors that one transaction removes at most: each is some pages. */
const VECTORS_AT_ONCE = 250;
/** How far decisions may be out of order, in milliseconds: several processes write them, each a little later. */
const OUT_OF_ORDER_MS = 60_000;
/** Passes over tables that have no order of time. */
const VECTORS = 'embedding';
const ROWS = 'imported_row';

/** Removes what is older than a limit, found by an index of its time. */
function byTime<T extends number | string>(
  { db }: Connection,
  { table, old, limitOf }: { table: string; old: string; limitOf(settings: RetentionSettings, now: number): T | null },
  onRemoved: () => void = () => undefined,
): Sweep {
  const find = db.prepare<{ limit: T }, unknown>(`SELECT 1 FROM ${table} WHERE ${old} LIMIT 1`);
  const remove = db.prepare<{ limit: T; most: number }>(
    `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${old} LIMIT @most)`,
  );
  return {
    due(settings, now) {
      const limit = limitOf(settings, now);
      return limit !== null && find.get({ limit }) !== undefined;
    },
    run(settings, now) {
      const { changes } = remove.run({ limit: limitOf(settings, now)!, most: REMOVED_AT_ONCE });
      if (changes > 0) onRemoved();
      return changes === REMOVED_AT_ONCE;
    },
  };
}

const before = (days: number | null, now: number): number | null => (days === null ? null : now - days * DAY_MS);

/** The oldest vectors, while they take more than their limit; not those of queries whose text is forgotten. */
function vectorSweep(connection: Connection, sizes: TableSizes): Sweep {
  const { db } = connection;
  const passes = createPasses(connection);
  const next = db.prepare<[number, number], { rowid: number; hash: string; size: number }>(
    'SELECT rowid, hash, octet_length(vector) AS size FROM embedding WHERE rowid > ? ORDER BY rowid LIMIT ?',
  );
  const isForgotten = db.prepare<[Buffer], unknown>(
    "SELECT 1 FROM query INDEXED BY query_forgotten WHERE hash = ? AND text = ''",
  );
  const remove = db.prepare<[number]>('DELETE FROM embedding WHERE rowid = ?');
  const excessOf = ({ embeddings_megabytes: most }: RetentionSettings): number =>
    most === null ? 0 : sizes.of('embedding').bytes - most * BYTES_PER_MEGABYTE;
  return {
    due: (settings, now) => excessOf(settings) > 0 && passes.position(VECTORS, now) !== undefined,
    run(settings, now) {
      let excess = excessOf(settings);
      const from = Number(passes.position(VECTORS, now) ?? 0);
      const rows = next.all(from, VECTORS_AT_ONCE);
      let reached = from;
      for (const { rowid, hash, size } of rows) {
        if (excess <= 0) break;
        reached = rowid;
        if (isForgotten.get(Buffer.from(hash, 'hex')) !== undefined) continue;
        remove.run(rowid);
        excess -= size;
      }
      const isEnd = rows.length < VECTORS_AT_ONCE && reached === (rows.at(-1)?.rowid ?? from);
      if (excess > 0 && isEnd) passes.end(VECTORS, now + PASS_PAUSE_MS);
      else passes.goOn(VECTORS, excess > 0 ? reached : 0);
      return excess > 0 && !isEnd;
    },
  };
}

/** Which rows were imported, once it need not be known any more. */
function importedRowSweep(connection: Connection, sizes: TableSizes): Sweep {
  const { db } = connection;
  const passes = createPasses(connection);
  const next = db.prepare<[Buffer, number], { hash: Buffer; day: number }>(
    'SELECT hash, day FROM imported_row WHERE hash > ? ORDER BY hash LIMIT ?',
  );
  const remove = db.prepare<[Buffer]>('DELETE FROM imported_row WHERE hash = ?');
  return {
    due: ({ import_days: days }, now) =>
      days !== null && sizes.of('imported_row').rows > 0 && passes.position(ROWS, now) !== undefined,
    run({ import_days: days }, now) {
      const position = passes.position(ROWS, now);
      const rows = next.all(Buffer.isBuffer(position) ? position : Buffer.alloc(0), REMOVED_AT_ONCE);
      const oldest = Math.floor((now - days! * DAY_MS) / DAY_MS);
      const old = rows.filter(({ day }) => day < oldest);
      for (const { hash } of old) remove.run(hash);
      sizes.remove('imported_row', old.length);
      const isEnd = rows.length < REMOVED_AT_ONCE;
      if (isEnd) passes.end(ROWS, now + PASS_PAUSE_MS);
      else passes.goOn(ROWS, rows.at(-1)!.hash);
      return !isEnd;
    },
  };
}

/** Sums by day, a day at a time. */
function summarySweep({ db }: Connection, table: 'decision_day' | 'judge_day'): Sweep {
  const first = db.prepare<[], string | null>(`SELECT min(day) FROM ${table}`).pluck();
  const remove = db.prepare<[string]>(`DELETE FROM ${table} WHERE day = ?`);
  const dayOf = (days: number, now: number): string => new Date(now - days * DAY_MS).toISOString().slice(0, 10);
  const isOld = ({ summary_days: days }: RetentionSettings, now: number): boolean =>
    days !== null && (first.get() ?? '9') < dayOf(days, now);
  return {
    due: isOld,
    run(settings, now) {
      remove.run(first.get()!);
      return isOld(settings, now);
    },
  };
}

/** How long sums by short steps are kept, in milliseconds: an overview reads them so far back. */
const KEPT_MS = [3 * HOUR_MS, 26 * HOUR_MS, 15 * DAY_MS];

/** Sums by steps shorter than a day. */
const partSweeps = (connection: Connection): Sweep[] =>
  (
    [
      ['decision_part', 'model'],
      ['answer_part', 'llm'],
    ] as const
  ).flatMap(([table, of]) =>
    STEPS.map((step, i) =>
      useSweep(connection, {
        table,
        key: `step, at, ${of}`,
        old: `step = ${step} AND at < @limit`,
        limitOf: (now) => now - KEPT_MS[i]!,
      }),
    ),
  );

/** What counts against limits no longer, of LLMs and keys that nobody claims of any more: others see to their own. */
function useSweep<T extends number | string>(
  { db }: Connection,
  {
    table,
    key,
    old,
    limitOf,
  }: { table: string; key: string; old: string; limitOf(now: number, settings: RetentionSettings): T },
): Sweep {
  const find = db.prepare<{ limit: T }, unknown>(`SELECT 1 FROM ${table} WHERE ${old} LIMIT 1`);
  const remove = db.prepare<{ limit: T; most: number }>(
    `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${old} LIMIT @most)`,
  );
  return {
    due: (settings, now) => find.get({ limit: limitOf(now, settings) }) !== undefined,
    run: (settings, now) =>
      remove.run({ limit: limitOf(now, settings), most: REMOVED_AT_ONCE }).changes === REMOVED_AT_ONCE,
  };
}

/** What is kept as long as the decisions that it is of: from before the oldest of them, it is of none any more. */
function withDecisions(connection: Connection, table: string, settings: ReadSettings): Sweep {
  const oldest = connection.db.prepare<[], number>('SELECT at FROM decision ORDER BY rowid LIMIT 1').pluck();
  return byTime(connection, {
    table,
    old: 'at < @limit',
    limitOf(_, now) {
      const first = oldest.get() ?? -Infinity;
      // One from a clock that was ahead says nothing of what came before it.
      const removed = first > now ? -Infinity : first - OUT_OF_ORDER_MS;
      return Math.max(now - settings('decision').max_age_days * DAY_MS, removed);
    },
  });
}

/** Everything that is removed but feedback and the log of decisions. */
export function tableSweeps(
  connection: Connection,
  { sizes, touch, steady, settings }: { sizes: TableSizes; touch: Touch; steady: Clock; settings: ReadSettings },
): Sweep[] {
  // Slots are of the steady time: a clock that is set forward does not make them old.
  const oldSlot = (): number => slotOf(steady()) - 2 * SLOTS;
  return [
    byTime(connection, {
      table: 'idempotency',
      old: 'at < @limit',
      limitOf: ({ idempotency_hours: hours }, now) => now - hours * HOUR_MS,
    }),
    byTime(connection, {
      table: 'imported_file',
      old: 'at < @limit',
      limitOf: ({ import_days: days }, now) => before(days, now),
    }),
    byTime(
      connection,
      {
        table: 'drift_alert',
        old: 'at < @limit AND resolved_at < @limit AND webhook_ended_at IS NOT NULL',
        limitOf: ({ alert_days: days }, now) => before(days, now),
      },
      () => touch('alerts'),
    ),
    withDecisions(connection, 'call', settings),
    withDecisions(connection, 'comment', settings),
    withDecisions(connection, 'shadow_disagreement', settings),
    withDecisions(connection, 'experiment_answer', settings),
    withDecisions(connection, 'experiment_unit', settings),
    byTime(connection, {
      table: 'verdict',
      old: 'at < @limit',
      limitOf: ({ verdict_days: days }, now) => before(days, now),
    }),
    vectorSweep(connection, sizes),
    importedRowSweep(connection, sizes),
    summarySweep(connection, 'decision_day'),
    summarySweep(connection, 'judge_day'),
    answerSweep(connection),
    ...partSweeps(connection),
    useSweep(connection, {
      table: 'answer_part',
      key: 'step, at, llm',
      old: `step = ${DAY_MS} AND at < @limit`,
      limitOf: (now, { summary_days: days }) => before(days, now) ?? -1,
    }),
    useSweep(connection, { table: 'load_use', key: 'llm, slot', old: 'slot <= @limit', limitOf: oldSlot }),
    useSweep(connection, { table: 'key_use', key: 'key, slot', old: 'slot <= @limit', limitOf: oldSlot }),
    useSweep(connection, {
      table: 'key_spend',
      key: 'key, period',
      // Days of months before sort before the month: `2026-10-31` before `2026-11`.
      old: 'period < @limit',
      limitOf: (now) => periodsOf(now).month,
    }),
  ];
}
