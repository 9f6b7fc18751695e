import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { PointsmanError } from '../../src/base/errors.js';
import { packageRoot } from '../../src/base/paths.js';
import { Database } from '../../src/base/sqlite.js';
import { connect, type Connection } from '../../src/ledger/connection.js';
import { migrate, readMigrations, type Migration } from '../../src/ledger/migrate.js';
import { START, tempFolder } from './support.js';

function migrationsOf(t: TestContext, files: Record<string, string>): Migration[] {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-migrations-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(folder, name), sql);
  return readMigrations(folder);
}

const TWO = { '0001_first.sql': 'CREATE TABLE one (x);', '0002_second.sql': 'CREATE TABLE two (x);\nINSERT INTO two VALUES (1);' };

function connectFor(t: TestContext): Connection {
  const connection = connect(join(tempFolder(t), 'l.sqlite'), { busyTimeoutMs: 1000 });
  t.after(() => connection.db.close());
  return connection;
}

function refusal(connection: Connection, migrations: Migration[], apply = true): PointsmanError {
  try {
    migrate(connection, migrations, () => START, apply);
  } catch (error) {
    const refused = error as PointsmanError;
    assert.equal(refused.code, 'schema_mismatch');
    assert.ok(refused.message.includes(connection.path));
    return refused;
  }
  return assert.fail('expected a refusal');
}

test('applies what is missing, once, and records it', (t) => {
  const connection = connectFor(t);
  const [first, second] = migrationsOf(t, TWO);
  migrate(connection, [first!], () => START, true);
  migrate(connection, [first!, second!], () => START + 1, true);
  migrate(connection, [first!, second!], () => START + 2, true);
  assert.deepEqual(connection.db.prepare('SELECT version, name, checksum, applied_at FROM schema_migrations').all(), [
    { version: 1, name: 'first', checksum: first!.checksum, applied_at: START },
    { version: 2, name: 'second', checksum: second!.checksum, applied_at: START + 1 },
  ]);
  assert.equal(connection.db.prepare('SELECT count(*) FROM two').pluck().get(), 1);
});

test('a migration that fails leaves the schema as it was', (t) => {
  const connection = connectFor(t);
  const migrations = migrationsOf(t, { ...TWO, '0003_broken.sql': 'CREATE TABLE three (x); nonsense;' });
  assert.throws(() => migrate(connection, migrations, () => START, true), /syntax error/);
  assert.deepEqual(connection.db.prepare("SELECT name FROM sqlite_master").all(), []);
});

test('refuses a newer schema', (t) => {
  const connection = connectFor(t);
  const migrations = migrationsOf(t, TWO);
  migrate(connection, migrations, () => START, true);
  assert.match(refusal(connection, migrations.slice(0, 1)).message, /at most schema 1, got the newer schema 2 \("second"\).*upgrade Pointsman/);
});

test('refuses an altered migration', (t) => {
  const connection = connectFor(t);
  migrate(connection, migrationsOf(t, TWO), () => START, true);
  assert.match(refusal(connection, migrationsOf(t, { ...TWO, '0001_first.sql': 'CREATE TABLE one (y);' })).message, /migration 1 \("first"\) with checksum .*altered/);
});

test('line ends do not alter a migration', (t) => {
  const connection = connectFor(t);
  migrate(connection, migrationsOf(t, TWO), () => START, true);
  migrate(connection, migrationsOf(t, { ...TWO, '0002_second.sql': TWO['0002_second.sql'].replaceAll('\n', '\r\n') }), () => START, true);
});

test('refuses reordered migrations', (t) => {
  const connection = connectFor(t);
  migrate(connection, migrationsOf(t, TWO), () => START, true);
  const swapped = migrationsOf(t, { '0001_second.sql': TWO['0002_second.sql'], '0002_first.sql': TWO['0001_first.sql'] });
  assert.match(refusal(connection, swapped).message, /expected migration 1 to be "second", got "first"/);
});

test('refuses a ledger in which a migration is missing', (t) => {
  const connection = connectFor(t);
  const migrations = migrationsOf(t, TWO);
  migrate(connection, migrations, () => START, true);
  connection.db.exec('DELETE FROM schema_migrations WHERE version = 1');
  assert.match(refusal(connection, migrations).message, /expected migration 1 to be applied, got 2.*restore/);
});

test('refuses a folder with a gap, a repeat or a badly named file', (t) => {
  const broken: Record<string, string>[] = [{ '0002_second.sql': '' }, { ...TWO, '0004_fourth.sql': '' }, { ...TWO, '0002_again.sql': '' }, { 'first.sql': '' }];
  for (const files of broken)
    assert.throws(() => migrationsOf(t, files), (error: PointsmanError) => error.code === 'schema_mismatch' && /install Pointsman again/.test(error.message));
});

test('only checking refuses an older schema', (t) => {
  const connection = connectFor(t);
  const migrations = migrationsOf(t, TWO);
  migrate(connection, migrations.slice(0, 1), () => START, true);
  assert.match(refusal(connection, migrations, false).message, /expected schema 2, got the older schema 1; open it for writing/);
  migrate(connection, migrations, () => START, true);
  migrate(connection, migrations, () => START, false);
});

test('refuses another program’s database and changes nothing in it', (t) => {
  const connection = connectFor(t);
  connection.db.exec('CREATE TABLE wp_posts (x)');
  assert.match(refusal(connection, migrationsOf(t, TWO)).message, /other tables \(wp_posts\)/);
  assert.deepEqual(connection.db.prepare('SELECT name FROM sqlite_master').pluck().all(), ['wp_posts']);
});

test('the project’s own migrations apply to an empty database', () => {
  const db = new Database(':memory:');
  for (const { sql } of readMigrations(join(packageRoot, 'migrations'))) db.exec(sql);
  assert.deepEqual(db.pragma('integrity_check'), [{ integrity_check: 'ok' }]);
  db.close();
});
