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
  const session = openSession();
  const importedAt = db.prepare<[string], number>('SELECT at FROM imported_file WHERE hash = ?').pluck();
  const markImported = db.prepare<[string, string, number]>(
    'INSERT INTO imported_file (hash, name, at) VALUES (?, ?, ?)',
  );
  const namesOf = (kind: DescribedKind) => db.prepare<[], string>(`SELECT name FROM ${kind}`).pluck();
  const names = { family: namesOf('family'), task: namesOf('task'), domain: namesOf('domain') };
  const close = (statement: 'COMMIT' | 'ROLLBACK'): void => {
    try {
      if (db.inTransaction) db.exec(statement);
    } finally {
      db.close();
    }
  };
  return {
    async add(records) {
      for (const { kind, value } of records)
        if (kind === 'interaction') session.interaction(value);
        else if (kind === 'preference') session.preference(value);
        else session.signal(value);
    },
    mergeLlm: async (profile) => catalog.merge(profile),
    describe: async (kind, id, description) => catalog.describe(kind, id, description),
    linkTaskDomain: async (task, domain) => catalog.link(task, domain),
    llms: async () => catalogReader.live().map(({ profile }) => profile.id),
    names: async (kind) => new Set(names[kind].all()),
    importedAt: async (hash) => importedAt.get(hash),
    markImported: async (hash, name) => void markImported.run(hash, name, now),
    async commit() {
      session.finish();
      close('COMMIT');
    },
    async abandon() {
      if (db.open) close('ROLLBACK');
    },
  };
}
