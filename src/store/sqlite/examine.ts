import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../base/paths.js';
import { connect, type Connection } from './connection.js';
import { readMigrations, schemaOf } from './migrate.js';

/** How a ledger's file is, found without writing anything to it. */
export interface Examination {
  /** Migrations applied, and all there are. */
  schema: number;
  newest: number;
  /** Whether the next opening for writing brings its schema up to date. */
  isPending: boolean;
  /** What SQLite's quick check found wrong. */
  damage: string[];
  bytes: number;
  /** What is not yet in the file itself. */
  walBytes: number;
  /** Rows by table, of those there are. */
  rows: Record<string, number>;
}

const COUNTED = ['llm', 'query', 'interaction', 'preference', 'decision'];
/** Longest wait for who writes, in milliseconds. */
const BUSY_MS = 5_000;

const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0);

function rowsOf({ db }: Connection): Record<string, number> {
  const there = new Set(db.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all());
  const count = (table: string): number => db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get()!;
  return Object.fromEntries(COUNTED.filter((table) => there.has(table)).map((table) => [table, count(table)]));
}

/**
 * Looks at a ledger that is there: it writes nothing to it and migrates nothing. Throws `file_not_found`,
 * `schema_mismatch`, `ledger_damaged`, `invalid_config`.
 */
export function examineLedger(path: string): Examination {
  const connection = connect(path, { readonly: true, busyTimeoutMs: BUSY_MS });
  try {
    const found = connection.db.pragma('quick_check(5)') as { quick_check: string }[];
    return {
      ...schemaOf(connection, readMigrations(join(packageRoot, 'migrations'))),
      damage: found.map((row) => row.quick_check).filter((line) => line !== 'ok'),
      bytes: sizeOf(path),
      walBytes: sizeOf(`${path}-wal`),
      rows: rowsOf(connection),
    };
  } catch (error) {
    throw connection.fitness.failed(error);
  } finally {
    connection.db.close();
  }
}
