import { randomInt } from 'node:crypto';
import { DAY_MS } from '../../base/units.js';
import type { Clock } from '../../base/clock.js';
import type { DescribedKind } from '../ports/catalog.js';
import type { Import, ImportStore } from '../ports/imports.js';
import { connect, type Connection } from './connection.js';
import { guarded } from './guard.js';
import { createWriters } from './writers.js';

/** Page cache of an import, in KiB: the index of query hashes is hit at random. */
const CACHE_KIB = 131_072;

/**
 * Each import is one immediate transaction on a connection of its own: it waits for files in between, and no other
 * write may slip into its transaction.
 *
 * @param ledger the connection that others read and write by
 */
export function createImports(ledger: Connection, busyTimeoutMs: number, clock: Clock): ImportStore {
  return {
    async begin() {
      const connection = connect(ledger.path, { busyTimeoutMs, cacheKib: CACHE_KIB, beside: ledger });
      try {
        connection.db.exec('BEGIN IMMEDIATE');
        return guarded(createImport(connection, clock()), connection.fitness.failed);
      } catch (error) {
        connection.db.close();
        throw error;
      }
    },
  };
}

/** @param now the time of all of it: answers that come together with an LLM's new revision are of that revision */
function createImport(connection: Connection, now: number): Import {
  const { db } = connection;
  // It removes nothing, and what moves within a page need not be overwritten.
  db.pragma('secure_delete = OFF');
  const { catalog, catalogReader, openSession, room, sizes } = createWriters(connection, () => now);
  const importedAt = db.prepare<[string], number>('SELECT at FROM imported_file WHERE hash = ?').pluck();
  const markImported = db.prepare<[string, string, number]>(
    'INSERT INTO imported_file (hash, name, at) VALUES (?, ?, ?)',
  );
  const namesOf = (kind: DescribedKind) => db.prepare<[], string>(`SELECT name FROM ${kind}`).pluck();
  const names = { family: namesOf('family'), task: namesOf('task'), domain: namesOf('domain') };
  // On disk where it grows: a log is joined with millions of rows, and memory stays as it is.
  db.exec(
    'CREATE TEMP TABLE kept (key TEXT, value TEXT, asked INTEGER NOT NULL, PRIMARY KEY (key, value)) WITHOUT ROWID',
  );
  const keep = db.prepare<[string, string]>('INSERT INTO temp.kept VALUES (?, ?, 0) ON CONFLICT DO NOTHING');
  const kept = db.prepare<[string], string>('SELECT value FROM temp.kept WHERE key = ?').pluck();
  const ask = db.prepare<[string]>('UPDATE temp.kept SET asked = 1 WHERE key = ? AND asked = 0');
  const unasked = db.prepare<[], number>('SELECT count(DISTINCT key) FROM temp.kept WHERE asked = 0').pluck();
  const seenNow = 'iif(file = excluded.file, seen + 1, 1)';
  const noteRepeated = db.prepare<[Buffer, number, number], { fresh: number; added: number }>(
    `INSERT INTO imported_row (hash, times, file, seen, fresh, day) VALUES (?, 1, ?, 1, 1, ?)
         ON CONFLICT DO UPDATE SET fresh = ${seenNow} > times, times = max(times, ${seenNow}), seen = ${seenNow},
           file = excluded.file, day = excluded.day
         RETURNING fresh, fresh = 1 AND seen = 1 AS added`,
  );
  const noteOnce = db.prepare<[Buffer, number]>(
    'INSERT INTO imported_row (hash, times, file, seen, fresh, day) VALUES (?, 1, 0, 1, 1, ?) ON CONFLICT DO NOTHING',
  );
  const today = Math.floor(now / DAY_MS);
  let rowsAdded = 0;
  /** Tells the file that is read from those before it. */
  let file = randomInt(2 ** 47);
  let session = openSession();
  /** What was committed was a transaction of its own. */
  const begin = (): void => {
    if (!db.inTransaction) db.exec('BEGIN IMMEDIATE');
  };
  return {
    async add(records) {
      begin();
      for (const { kind, value } of records)
        if (kind === 'interaction') session.interaction(value);
        else if (kind === 'preference') session.preference(value);
        else if (kind === 'signal') session.signal(value);
        else session.call(value);
    },
    isNew(hash, repeats) {
      begin();
      if (!repeats) {
        const added = noteOnce.run(hash, today).changes;
        rowsAdded += added;
        return added > 0;
      }
      const { fresh, added } = noteRepeated.get(hash, file, today)!;
      rowsAdded += added;
      return fresh === 1;
    },
    keep: (key, value) => void keep.run(key, value),
    kept(key) {
      const values = kept.all(key);
      if (values.length > 0) ask.run(key);
      return values;
    },
    unjoined: () => unasked.get()!,
    mergeLlm: async (profile) => void (begin(), room.within(() => catalog.merge(profile))),
    describe: async (kind, id, description) => void (begin(), catalog.describe(kind, id, description)),
    linkTaskDomain: async (task, domain) => void (begin(), catalog.link(task, domain)),
    llms: async () => catalogReader.live().map(({ profile }) => profile.id),
    names: async (kind) => new Set(names[kind].all()),
    importedAt: async (hash) => importedAt.get(hash),
    markImported: async (hash, name) => void (begin(), markImported.run(hash, name, now)),
    async commit() {
      begin();
      session.finish();
      sizes.add('imported_row', rowsAdded);
      rowsAdded = 0;
      connection.place.check();
      db.exec('COMMIT');
      connection.place.check();
      file = randomInt(2 ** 47);
      session = openSession();
    },
    async end() {
      if (!db.open) return;
      try {
        if (db.inTransaction) db.exec('ROLLBACK');
      } finally {
        db.close();
      }
    },
  };
}
