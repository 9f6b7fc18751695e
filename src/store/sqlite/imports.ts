import type { Clock } from '../../base/clock.js';
import type { DescribedKind } from '../ports/catalog.js';
import type { Import, ImportStore } from '../ports/imports.js';
import { connect, translateBusy, type Connection } from './connection.js';
import { createWriters } from './writers.js';

/** Page cache of an import, in KiB: the index of query hashes is hit at random. */
const CACHE_KIB = 131_072;

/**
 * Each import is one immediate transaction on a connection of its own: it waits for files in between, and no other
 * write may slip into its transaction.
 *
 * @param path of the ledger's file
 */
export function createImports(path: string, busyTimeoutMs: number, clock: Clock): ImportStore {
  return {
    async begin() {
      const connection = connect(path, { busyTimeoutMs, cacheKib: CACHE_KIB });
      try {
        translateBusy(connection.path, () => connection.db.exec('BEGIN IMMEDIATE'));
        return createImport(connection, clock());
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
  const { catalog, catalogReader, openSession } = createWriters(connection, () => now);
  const importedAt = db.prepare<[string], number>('SELECT at FROM imported_file WHERE hash = ?').pluck();
  const markImported = db.prepare<[string, string, number]>(
    'INSERT INTO imported_file (hash, name, at) VALUES (?, ?, ?)',
  );
  const namesOf = (kind: DescribedKind) => db.prepare<[], string>(`SELECT name FROM ${kind}`).pluck();
  const names = { family: namesOf('family'), task: namesOf('task'), domain: namesOf('domain') };
  // On disk where it grows: a log is joined with millions of rows, and memory stays as it is.
  db.exec(
    'CREATE TEMP TABLE kept (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID; ' +
      'CREATE TEMP TABLE seen (hash BLOB PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID',
  );
  const keep = db.prepare<[string, string]>('INSERT OR REPLACE INTO temp.kept VALUES (?, ?)');
  const kept = db.prepare<[string], string>('SELECT value FROM temp.kept WHERE key = ?').pluck();
  const note = db
    .prepare<[Buffer], number>(
      'INSERT INTO temp.seen VALUES (?, 1) ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times',
    )
    .pluck();
  const before = db.prepare<[Buffer], number>('SELECT times FROM imported_row WHERE hash = ?').pluck();
  const imported = db.prepare<[Buffer, number]>(
    'INSERT INTO imported_row VALUES (?, ?) ON CONFLICT DO UPDATE SET times = max(times, excluded.times)',
  );
  const forget = db.prepare('DELETE FROM temp.seen');
  let session = openSession();
  /** What was committed was a transaction of its own. */
  const begin = (): void => {
    if (!db.inTransaction) translateBusy(connection.path, () => db.exec('BEGIN IMMEDIATE'));
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
      const times = repeats ? note.get(hash)! : 1;
      if (times <= (before.get(hash) ?? 0)) return false;
      imported.run(hash, times);
      return true;
    },
    keep: (key, value) => void keep.run(key, value),
    kept: (key) => kept.get(key),
    mergeLlm: async (profile) => void (begin(), catalog.merge(profile)),
    describe: async (kind, id, description) => void (begin(), catalog.describe(kind, id, description)),
    linkTaskDomain: async (task, domain) => void (begin(), catalog.link(task, domain)),
    llms: async () => catalogReader.live().map(({ profile }) => profile.id),
    names: async (kind) => new Set(names[kind].all()),
    importedAt: async (hash) => importedAt.get(hash),
    markImported: async (hash, name) => void (begin(), markImported.run(hash, name, now)),
    async commit() {
      begin();
      session.finish();
      forget.run();
      db.exec('COMMIT');
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
