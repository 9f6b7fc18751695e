import type { ForgetPosition, TextPart, ToForget } from '../ports/retention.js';
import type { Connection } from './connection.js';
import { FORGOTTEN_ERROR } from './forget-rest.js';
import type { TableSizes } from './table-sizes.js';

/** Texts that one part holds at most, and rows that are looked at for them. */
const TEXTS_AT_ONCE = 50;
const LOOKED_AT = 1_000;

interface QueryRow {
  position: number;
  hash: Buffer;
  text: string;
}

/** Texts of logged queries: found by what they are of, and forgotten. */
export interface TextForgetter {
  find(what: ToForget, from?: ForgetPosition): TextPart;
  /** Inside a write transaction. */
  forget(what: ToForget, hashes: readonly string[]): number;
}

/** Nothing of the query `q` was posted since a time. */
const NOTHING_SINCE = `NOT EXISTS (SELECT 1 FROM interaction i WHERE i.query = q.id AND i.at >= @before)
  AND NOT EXISTS (SELECT 1 FROM preference p WHERE p.query = q.id AND p.at >= @before)`;

export function createTextForgetter({ db }: Connection, sizes: TableSizes): TextForgetter {
  const byHash = db.prepare<[Buffer], QueryRow>('SELECT id AS position, hash, text FROM query WHERE hash = ?');
  const ofTenant = ['interaction', 'preference'].map((table) =>
    db.prepare<{ tenant: string; after: number; limit: number }, QueryRow>(
      `SELECT r.id AS position, q.hash, q.text FROM ${table} r JOIN query q ON q.id = r.query
       WHERE r.tenant = @tenant AND r.id > @after ORDER BY r.id LIMIT @limit`,
    ),
  );
  const inWindow = db.prepare<{ before: number; after: number; until: number; limit: number }, QueryRow>(
    `SELECT q.id AS position, q.hash, q.text FROM query q
     WHERE q.id > @after AND q.id <= @until AND q.text <> '' AND ${NOTHING_SINCE} ORDER BY q.id LIMIT @limit`,
  );
  const due = db.prepare<{ due: number; limit: number }, QueryRow>(
    `SELECT id AS position, hash, text FROM query WHERE forget_at <= @due AND text <> ''
     ORDER BY forget_at LIMIT @limit`,
  );
  const isDue = db.prepare<{ hash: Buffer; due: number }, unknown>(
    'SELECT 1 FROM query WHERE hash = @hash AND forget_at <= @due',
  );
  const forgetErrors = db.prepare<[Buffer]>(
    `UPDATE interaction SET error = '${FORGOTTEN_ERROR}' WHERE query = (SELECT id FROM query WHERE hash = ?)
     AND error IS NOT NULL`,
  );
  const lastQuery = db.prepare<[], number>('SELECT ifnull(max(id), 0) FROM query').pluck();
  const size = db
    .prepare<[Buffer], number>("SELECT octet_length(text) FROM query WHERE hash = ? AND text <> ''")
    .pluck();
  const isOld = db.prepare<{ hash: Buffer; before: number }, unknown>(
    `SELECT 1 FROM query q WHERE hash = @hash AND ${NOTHING_SINCE}`,
  );
  const empty = db.prepare<[Buffer]>("UPDATE query SET text = '', forget_at = NULL WHERE hash = ?");

  const part = (rows: readonly QueryRow[], next: ForgetPosition | null): TextPart => {
    const texts = new Map<string, string>();
    for (const { hash, text } of rows) if (text !== '') texts.set(hash.toString('hex'), text);
    return { texts: Array.from(texts, ([hash, text]) => ({ hash, text })), next };
  };

  /** Whether it is still to be forgotten: it may have been posted again since it was found. */
  function isStill(what: ToForget, hash: Buffer): boolean {
    if ('before' in what) return isOld.get({ hash, before: what.before }) !== undefined;
    return !('due' in what) || isDue.get({ hash, due: what.due }) !== undefined;
  }

  return {
    find(what, from = { stage: 0, after: 0 }) {
      const after = Number(from.after);
      if ('hash' in what) return part(byHash.all(Buffer.from(what.hash, 'hex')), null);
      if ('tenant' in what) {
        const rows = ofTenant[from.stage]!.all({ tenant: what.tenant, after, limit: TEXTS_AT_ONCE });
        const isEnd = rows.length < TEXTS_AT_ONCE;
        if (!isEnd) return part(rows, { stage: from.stage, after: rows.at(-1)!.position });
        return part(rows, from.stage + 1 < ofTenant.length ? { stage: from.stage + 1, after: 0 } : null);
      }
      if ('due' in what) {
        // What was forgotten is not found again.
        const rows = due.all({ due: what.due, limit: TEXTS_AT_ONCE });
        return part(rows, rows.length < TEXTS_AT_ONCE ? null : from);
      }
      const until = after + LOOKED_AT;
      const rows = inWindow.all({ before: what.before, after, until, limit: TEXTS_AT_ONCE });
      const reached = rows.length === TEXTS_AT_ONCE ? rows.at(-1)!.position : until;
      return part(rows, reached >= lastQuery.get()! ? null : { stage: 0, after: reached });
    },
    forget(what, hashes) {
      let [count, bytes] = [0, 0];
      for (const hex of hashes) {
        const hash = Buffer.from(hex, 'hex');
        const own = size.get(hash);
        if (own === undefined || !isStill(what, hash)) continue;
        if ('due' in what) forgetErrors.run(hash);
        empty.run(hash);
        count++;
        bytes += own;
      }
      sizes.remove('text', count, bytes);
      return count;
    },
  };
}
