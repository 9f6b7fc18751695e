import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.js';
import { PointsmanError } from '../../base/errors.js';
import { sha256 } from '../../base/hash.js';
import type { Connection } from './connection.js';
import { EARLIER_TEXTS, type EarlierText } from './earlier-texts.js';

/** One numbered step of the schema. */
export interface Migration {
  version: number;
  name: string;
  sql: string;
  checksum: string;
}

interface Applied {
  version: number;
  name: string;
  checksum: string;
}

/** Reads `0001_name.sql`, `0002_…` of a folder. Throws `schema_mismatch` when the numbers have a gap or a repeat. */
export function readMigrations(folder: string): Migration[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .toSorted();
  return files.map((file, i) => {
    const match = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(file);
    if (match === null || Number(match[1]) !== i + 1)
      throw new PointsmanError(
        'schema_mismatch',
        `${join(folder, file)}: expected migration ${String(i + 1).padStart(4, '0')}_….sql here; the ` +
          'installation is incomplete, install Pointsman again',
      );
    // Line ends do not change what a migration does, and git may change them.
    const sql = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n');
    return { version: i + 1, name: match[2]!, sql, checksum: sha256(sql) };
  });
}

/**
 * Brings the ledger to the newest schema; with `apply` false, only checks that it is there already. What an earlier
 * text of a migration made becomes what today's makes.
 * Throws `schema_mismatch` when what was applied is not exactly a beginning of `migrations`.
 */
export function migrate(connection: Connection, migrations: readonly Migration[], clock: Clock, apply: boolean): void {
  const { done, earlier } = connection.read(() => check(connection, migrations));
  if (done === migrations.length && earlier.length === 0) return;
  if (!apply)
    throw new PointsmanError(
      'schema_mismatch',
      `${connection.path}: expected schema ${migrations.length}, got ` +
        `${done < migrations.length ? 'the older' : 'an earlier text of'} schema ${done}; open it for ` +
        'writing once (any command that writes, such as import) to bring it up to date',
    );
  connection.write(() => {
    connection.db.exec(
      'CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum ' +
        'TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT',
    );
    const record = connection.db.prepare('INSERT INTO schema_migrations VALUES (?, ?, ?, ?)');
    const amend = connection.db.prepare('UPDATE schema_migrations SET checksum = ? WHERE version = ?');
    // Checked again under the lock: another process may have migrated meanwhile.
    const now = check(connection, migrations);
    for (const { version, sql } of now.earlier) {
      connection.db.exec(sql);
      amend.run(migrations[version - 1]!.checksum, version);
    }
    for (const migration of migrations.slice(now.done)) {
      connection.db.exec(migration.sql);
      record.run(migration.version, migration.name, migration.checksum, clock());
    }
  });
}

/** How many migrations are applied, and whether the ledger needs one. Throws `schema_mismatch` where they don't fit. */
export function schemaOf(
  connection: Connection,
  migrations: readonly Migration[],
): { schema: number; newest: number; isPending: boolean } {
  const { done, earlier } = connection.read(() => check(connection, migrations));
  const newest = migrations.length;
  return { schema: done, newest, isPending: done < newest || earlier.length > 0 };
}

/** How many migrations are applied, all of them in place, and which of them by an earlier text, in order. */
function check(connection: Connection, migrations: readonly Migration[]): { done: number; earlier: EarlierText[] } {
  const applied = readApplied(connection);
  const earlier: EarlierText[] = [];
  const refuse = (what: string, remedy: string): never => {
    throw new PointsmanError('schema_mismatch', `${connection.path}: ${what}; ${remedy}`);
  };
  applied.forEach((row, i) => {
    const expected = migrations[i];
    if (expected === undefined)
      return refuse(
        `expected at most schema ${migrations.length}, got the newer schema ${applied.at(-1)!.version} ` +
          `("${applied.at(-1)!.name}")`,
        'upgrade Pointsman, or use another data folder',
      );
    if (row.version !== expected.version)
      return refuse(
        `expected migration ${expected.version} to be applied, got ${row.version} in its place`,
        'the ledger was changed by hand: restore it from a backup',
      );
    if (row.name !== expected.name)
      return refuse(
        `expected migration ${expected.version} to be "${expected.name}", got "${row.name}"`,
        'the ledger belongs to another line of versions: use the Pointsman that wrote it',
      );
    if (row.checksum === expected.checksum) return;
    const text = EARLIER_TEXTS.find(({ version, checksum }) => version === row.version && checksum === row.checksum);
    if (text === undefined)
      return refuse(
        `expected migration ${expected.version} ("${expected.name}") with checksum ` +
          `${expected.checksum.slice(0, 12)}…, got ${row.checksum.slice(0, 12)}…`,
        'the migration was altered after it was applied: use the Pointsman that wrote the ledger',
      );
    earlier.push(text);
  });
  return { done: applied.length, earlier };
}

function readApplied(connection: Connection): Applied[] {
  const tables = connection.db
    .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all();
  if (tables.includes('schema_migrations'))
    return connection.db
      .prepare<[], Applied>('SELECT version, name, checksum FROM schema_migrations ORDER BY version')
      .all();
  if (tables.length > 0)
    throw new PointsmanError(
      'schema_mismatch',
      `${connection.path}: expected a Pointsman ledger, got a database with other tables ` +
        `(${tables.slice(0, 3).join(', ')}); choose another data folder`,
    );
  return [];
}
