import type { RetentionSettings } from '../../schema/retention.js';
import { BYTES_PER_MEGABYTE, DAY_MS } from '../../base/units.js';
import type { Connection } from './connection.js';
import { createFeedbackRemover, type FeedbackTable, type Removable } from './remove-feedback.js';
import { createPasses } from './retention-pass.js';
import { PASS_PAUSE_MS, REMOVED_AT_ONCE, type Sweep } from './sweep.js';
import type { TableSizes } from './table-sizes.js';

/** What a row takes in the file beside its query's text, with its indexes, in bytes: about what was measured. */
const ROW_BYTES = 150;
/** Rows that a pass looks at in one part. */
const LOOKED_AT = 20_000;

const TABLES: readonly FeedbackTable[] = ['interaction', 'preference'];

interface Head extends Removable {
  table: FeedbackTable;
  at: number;
}

/**
 * Removes interactions, signals and preferences that are too many or too old. The newest row of a table always stays:
 * ids are counted on from it.
 */
export function feedbackSweeps(connection: Connection, sizes: TableSizes): Sweep[] {
  const { db } = connection;
  const remove = createFeedbackRemover(connection, sizes);
  const passes = createPasses(connection);
  const read = Object.fromEntries(
    TABLES.map((table) => [
      table,
      {
        ends: db.prepare<[], { first: number | null; last: number | null }>(
          `SELECT (SELECT min(id) FROM ${table}) AS first, (SELECT max(id) FROM ${table}) AS last`,
        ),
        oldest: db.prepare<[number], Head>(
          `SELECT '${table}' AS "table", id, query, at FROM ${table} WHERE id < (SELECT max(id) FROM ${table})
           ORDER BY id LIMIT ?`,
        ),
        old: db.prepare<[number, number, number, number], Removable>(
          `SELECT id, query FROM ${table} WHERE id > ? AND id <= ? AND at < ? ORDER BY id LIMIT ?`,
        ),
      },
    ]),
  );

  const rowsNow = (): number => TABLES.reduce((sum, table) => sum + sizes.of(table).rows, 0);
  const bytesNow = (): number => sizes.of('text').bytes + ROW_BYTES * rowsNow();

  const meanBytes = (): number => bytesNow() / Math.max(1, rowsNow());

  const isOver = ({ interactions: { max_rows: rows, max_megabytes: megabytes } }: RetentionSettings): boolean =>
    (rows !== null && rowsNow() > rows) || (megabytes !== null && bytesNow() > megabytes * BYTES_PER_MEGABYTE);

  /** The oldest rows of both tables, in order of time as far as each table's order is one. */
  function oldestOfBoth(count: number): Head[] {
    const [a, b] = TABLES.map((table) => read[table]!.oldest.all(count)) as [Head[], Head[]];
    const merged: Head[] = [];
    let [i, j] = [0, 0];
    while (merged.length < count && (i < a.length || j < b.length)) {
      const takesFirst = j >= b.length || (i < a.length && a[i]!.at <= b[j]!.at);
      merged.push(takesFirst ? a[i++]! : b[j++]!);
    }
    return merged;
  }

  const bySize: Sweep = {
    due: isOver,
    run(settings) {
      const { max_rows: rows, max_megabytes: megabytes } = settings.interactions;
      const excessRows = rows === null ? 0 : rowsNow() - rows;
      const excessBytes = megabytes === null ? 0 : bytesNow() - megabytes * BYTES_PER_MEGABYTE;
      // Their texts may free more than this: a part may be smaller than it could be, never larger than it should.
      const enough = Math.max(excessRows, excessBytes / meanBytes(), 1);
      const heads = oldestOfBoth(Math.min(REMOVED_AT_ONCE, Math.ceil(enough)));
      for (const table of TABLES) {
        const own = heads.filter((head) => head.table === table);
        if (own.length > 0) remove(table, own);
      }
      return heads.length > 0 && isOver(settings);
    },
  };

  const byAge = (table: FeedbackTable): Sweep => ({
    due: ({ interactions: { max_age_days: age } }, now) =>
      age !== null && passes.position(table, now) !== undefined && read[table]!.ends.get()!.first !== null,
    run({ interactions: { max_age_days: age } }, now) {
      const position = passes.position(table, now);
      const { first, last } = read[table]!.ends.get()!;
      if (position === undefined || age === null || first === null) return false;
      const from = Math.max(Number(position ?? 0), first - 1);
      const window = Math.min(from + LOOKED_AT, last! - 1);
      const rows = read[table]!.old.all(from, window, now - age * DAY_MS, REMOVED_AT_ONCE);
      if (rows.length > 0) remove(table, rows);
      const reached = rows.length === REMOVED_AT_ONCE ? rows.at(-1)!.id : window;
      const isEnd = reached >= last! - 1;
      if (isEnd) passes.end(table, now + PASS_PAUSE_MS);
      else passes.goOn(table, reached);
      return !isEnd;
    },
  });

  return [bySize, ...TABLES.map(byAge)];
}
