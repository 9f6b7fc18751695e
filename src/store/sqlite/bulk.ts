import type { Clock } from '../../base/clock.js';
import { connect, translateBusy, type Connection } from './connection.js';
import { createStore } from './writers.js';
import type { BulkWriter } from '../types.js';

/** Page cache of an import, in KiB: the index of query hashes is hit at random. */
const CACHE_KIB = 131_072;

/**
 * Runs `work` in one immediate transaction on a connection of its own: commits when it resolves, rolls back when it
 * rejects. Its own, because `work` waits for files in between and no other write may slip into its transaction.
 */
export async function runBulk<T>(
  path: string,
  busyTimeoutMs: number,
  clock: Clock,
  work: (writer: BulkWriter) => Promise<T>,
): Promise<T> {
  const connection = connect(path, { busyTimeoutMs, cacheKib: CACHE_KIB });
  const { db } = connection;
  try {
    translateBusy(connection.path, () => db.exec('BEGIN IMMEDIATE'));
    const { writer, finish } = createBulkWriter(connection, clock());
    const result = await work(writer);
    finish();
    db.exec('COMMIT');
    return result;
  } finally {
    if (db.inTransaction) db.exec('ROLLBACK');
    db.close();
  }
}

/** @param now when all of it is: what comes together with an LLM's new revision is of that revision */
function createBulkWriter(connection: Connection, now: number): { writer: BulkWriter; finish: () => void } {
  const { db } = connection;
  const store = createStore(connection, () => now);
  const session = store.openSession();
  const importedAt = db.prepare<[string], number>('SELECT at FROM imported_file WHERE hash = ?').pluck();
  const markImported = db.prepare<[string, string, number]>(
    'INSERT INTO imported_file (hash, name, at) VALUES (?, ?, ?)',
  );
  const names = {
    family: db.prepare<[], string>('SELECT name FROM family').pluck(),
    task: db.prepare<[], string>('SELECT name FROM task').pluck(),
    domain: db.prepare<[], string>('SELECT name FROM domain').pluck(),
  };
  return {
    writer: {
      catalog: store.catalog,
      interaction: session.interaction,
      preference: session.preference,
      names: (kind) => new Set(names[kind].all()),
      importedAt: (hash) => importedAt.get(hash),
      markImported: (hash, name) => void markImported.run(hash, name, now),
    },
    finish: session.finish,
  };
}
