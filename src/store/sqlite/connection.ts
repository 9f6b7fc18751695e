import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type SQLite from 'better-sqlite3';
import { PointsmanError, messageOf } from '../../base/errors.js';
import { Database } from './database.js';
import { translated } from './failures.js';
import { createFitness, type Fitness } from './fitness.js';
import { openPlace, type Place } from './place.js';

/** One connection to the ledger's file, with the two ways to use it. */
export interface Connection {
  readonly db: SQLite.Database;
  readonly path: string;
  /**
   * Runs `work` in one immediate transaction (a savepoint inside another). Throws `ledger_busy` when the lock does not
   * come, and `ledger_full`, `ledger_failed`, `ledger_gone` or `ledger_damaged` where what was written would not be
   * found again.
   */
  write<T>(work: () => T): T;
  /**
   * The same for what nobody waits for: it does not wait for the disk, so that a power cut may lose the last of it. The
   * end of the process loses nothing.
   */
  note<T>(work: () => T): T;
  /** Runs `work` in one read transaction: it sees one state of the ledger. */
  read<T>(work: () => T): T;
  /** Differs once this connection, or any other, may have written. */
  stamp(): string;
  readonly place: Place;
  readonly fitness: Fitness;
}

export interface ConnectOptions {
  readonly?: boolean;
  /** Whether it must be there already. */
  existing?: boolean;
  /** How long to wait for another writer, in milliseconds; the thread sleeps meanwhile. */
  busyTimeoutMs: number;
  /** `NORMAL` does not wait for the disk at each commit: the last ones may be lost in a power cut. */
  synchronous?: 'FULL' | 'NORMAL';
  /** A connection to the same file, which must still be there. */
  beside?: Connection;
  /** Page cache, in KiB. */
  cacheKib?: number;
}

/** Opens the file (and its folder), with every commit durable before it returns unless told otherwise. */
export function connect(path: string, options: ConnectOptions): Connection {
  const file = resolve(path);
  options.beside?.place.check();
  const db = openFile(file, options);
  try {
    configure(db, file, options);
  } catch (error) {
    db.close();
    throw translated(file, error);
  }
  const place = openPlace(file);
  const fitness = createFitness(file, place);
  const run = db.transaction((work: () => unknown) => work());
  // SQLite's own version moves with what other connections commit, and not with what this one does.
  const others = db.prepare<[], number>('PRAGMA data_version').pluck();
  let own = 0;
  const waits = options.synchronous ?? 'FULL';

  function write<T>(work: () => T): T {
    own++;
    // The outer transaction sees to it all.
    if (db.inTransaction) return run.immediate(work) as T;
    try {
      const answer = run.immediate(() => {
        const made = work();
        place.check();
        return made;
      }) as T;
      // A write that went where nobody finds it again must not be acknowledged.
      place.check();
      fitness.written();
      return answer;
    } catch (error) {
      throw fitness.failed(error);
    }
  }

  return {
    db,
    path: file,
    place,
    fitness,
    write,
    note<T>(work: () => T): T {
      if (db.inTransaction || waits === 'NORMAL') return write(work);
      db.pragma('synchronous = NORMAL');
      try {
        return write(work);
      } finally {
        db.pragma(`synchronous = ${waits}`);
      }
    },
    read: <T>(work: () => T): T => run.deferred(work) as T,
    stamp: () => `${others.get()} ${own}`,
  };
}

/** Longest that what is counted waits for another writer, in milliseconds: the wait holds up every request. */
const COUNTING_BUSY_MS = 25;

/**
 * A connection beside another for what is counted while decisions are made: it waits for other writers hardly, and for
 * the disk not at all, so that a power cut loses counts of the last moments.
 */
export function connectForCounting(ledger: Connection, busyTimeoutMs: number): Connection {
  return connect(ledger.path, {
    beside: ledger,
    busyTimeoutMs: Math.min(COUNTING_BUSY_MS, busyTimeoutMs),
    synchronous: 'NORMAL',
    cacheKib: 1024,
  });
}

function openFile(file: string, options: ConnectOptions): SQLite.Database {
  const exists = options.readonly === true || options.existing === true || options.beside !== undefined;
  if (exists && !existsSync(file))
    throw new PointsmanError(
      'file_not_found',
      `${file}: there is no ledger here yet; import something or start the service first`,
    );
  try {
    if (!exists) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    return new Database(file, {
      readonly: options.readonly ?? false,
      fileMustExist: exists,
      timeout: options.busyTimeoutMs,
    });
  } catch (error) {
    throw new PointsmanError('invalid_config', `${file}: the ledger cannot be opened: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function configure(db: SQLite.Database, file: string, options: ConnectOptions): void {
  try {
    // So that free pages can be given back while it is used. Where the file is not new it would wait for who writes.
    if (!options.readonly && db.pragma('page_count', { simple: true }) === 0) db.pragma('auto_vacuum = INCREMENTAL');
    if (!options.readonly) enterWal(db, options.busyTimeoutMs);
    db.pragma(`synchronous = ${options.synchronous ?? 'FULL'}`);
    db.pragma('foreign_keys = ON');
    db.pragma('temp_store = MEMORY');
    db.pragma(`cache_size = -${options.cacheKib ?? 32_768}`);
    db.pragma('journal_size_limit = 67108864');
    // What is removed is overwritten where that takes no page more.
    db.pragma('secure_delete = FAST');
    db.prepare('SELECT count(*) FROM sqlite_master').get();
  } catch (error) {
    if (isSqlite(error, 'SQLITE_NOTADB'))
      throw new PointsmanError(
        'schema_mismatch',
        `${file}: expected a SQLite database, got another kind of file; if it was a ledger, it is damaged: restore a ` +
          'backup. Else move it away or choose another data folder',
        { cause: error },
      );
    if (isSqlite(error, 'SQLITE_READONLY') || isSqlite(error, 'SQLITE_CANTOPEN'))
      throw new PointsmanError('invalid_config', `${file}: the ledger cannot be written here: ${messageOf(error)}`, {
        cause: error,
      });
    throw error;
  }
}

/** SQLite does not wait for the lock that the first change to WAL needs, so two first openers must wait here. */
function enterWal(db: SQLite.Database, timeoutMs: number): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; ; waited += 10) {
    try {
      db.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (!isSqlite(error, 'SQLITE_BUSY') || waited >= timeoutMs) throw error;
      Atomics.wait(sleeper, 0, 0, 10);
    }
  }
}

function isSqlite(error: unknown, code: string): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith(code);
}
