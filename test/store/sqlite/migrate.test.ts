import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { PointsmanError } from '../../../src/base/errors.js';
import { packageRoot } from '../../../src/base/paths.js';
import { Database } from '../../../src/store/sqlite/database.js';
import { connect, type Connection } from '../../../src/store/sqlite/connection.js';
import { migrate, readMigrations, type Migration } from '../../../src/store/sqlite/migrate.js';
import { sha256 } from '../../../src/base/hash.js';
import { decisionRecord } from '../../support/decision.js';
import { openFor, START, tempFolder } from '../support.js';

function migrationsOf(t: TestContext, files: Record<string, string>): Migration[] {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-migrations-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(folder, name), sql);
  return readMigrations(folder);
}

const TWO = {
  '0001_first.sql': 'CREATE TABLE one (x);',
  '0002_second.sql': 'CREATE TABLE two (x);\nINSERT INTO two VALUES (1);',
};

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
  assert.deepEqual(connection.db.prepare('SELECT name FROM sqlite_master').all(), []);
});

test('a ledger from before decisions kept their rules comes along whole', async (t) => {
  const connection = connectFor(t);
  const { db } = connection;
  const migrations = readMigrations(join(packageRoot, 'migrations'));
  migrate(connection, migrations.slice(0, 3), () => START, true);
  db.exec(`INSERT INTO llm (id, name) VALUES (1, 'a'), (2, 'b');
    INSERT INTO task (id, name) VALUES (7, 'sums');
    INSERT INTO query VALUES (1, zeroblob(32), 'q');
    INSERT INTO interaction (query, llm, task, score, latency_ms, completion_tokens, error, at) VALUES
      (1, 1, 7, 1, 100, 10, NULL, 5), (1, 1, 7, 1, 400, NULL, NULL, 5), (1, 1, NULL, 1, 100, 30, NULL, 5),
      (1, 2, 7, 0, 9000, 1, 'late', 5);
    INSERT INTO llm_total VALUES (1, 3, 3, 0, 0, 0, 0, 40, 2, 0, 0, 600, 3), (2, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 9000, 1);
    INSERT INTO decision VALUES ('d1', 5, 'q', NULL, 'a', NULL, 'quality', '[]')`);
  migrate(connection, migrations, () => START, true);
  db.close();
  const ledger = await openFor(t, connection.path);
  assert.deepEqual((await ledger.decisions.get(['d1'])).get('d1'), {
    ...decisionRecord('d1', { at: 5, model: 'a' }),
    queryHash: sha256('q'),
  });
  const [a, b] = await ledger.feedback.stats();
  assert.deepEqual(
    [a!.interactions, a!.meanScore, b!.usage],
    [3, 1, []],
    'an answer with an error says nothing of usage',
  );
  const [any, sums] = a!.usage.toSorted((x, y) => x.completionTokensN - y.completionTokensN || x.latencyN - y.latencyN);
  assert.deepEqual([any!.task, any!.completionTokens, any!.latencyN], [null, 30, 1]);
  assert.deepEqual(
    [sums!.task, sums!.completionTokens, sums!.latencyN, Math.round(Math.exp(sums!.logLatency / 2))],
    ['sums', 10, 2, 200],
  );
});

test('refuses a newer schema', (t) => {
  const connection = connectFor(t);
  const migrations = migrationsOf(t, TWO);
  migrate(connection, migrations, () => START, true);
  assert.match(
    refusal(connection, migrations.slice(0, 1)).message,
    /at most schema 1, got the newer schema 2 \("second"\).*upgrade Pointsman/,
  );
});

test('refuses an altered migration', (t) => {
  const connection = connectFor(t);
  migrate(connection, migrationsOf(t, TWO), () => START, true);
  assert.match(
    refusal(connection, migrationsOf(t, { ...TWO, '0001_first.sql': 'CREATE TABLE one (y);' })).message,
    /migration 1 \("first"\) with checksum .*altered/,
  );
});

test('line ends do not alter a migration', (t) => {
  const connection = connectFor(t);
  migrate(connection, migrationsOf(t, TWO), () => START, true);
  migrate(
    connection,
    migrationsOf(t, { ...TWO, '0002_second.sql': TWO['0002_second.sql'].replaceAll('\n', '\r\n') }),
    () => START,
    true,
  );
});

test('refuses reordered migrations', (t) => {
  const connection = connectFor(t);
  migrate(connection, migrationsOf(t, TWO), () => START, true);
  const swapped = migrationsOf(t, {
    '0001_second.sql': TWO['0002_second.sql'],
    '0002_first.sql': TWO['0001_first.sql'],
  });
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
  const broken: Record<string, string>[] = [
    { '0002_second.sql': '' },
    { ...TWO, '0004_fourth.sql': '' },
    { ...TWO, '0002_again.sql': '' },
    { 'first.sql': '' },
  ];
  for (const files of broken)
    assert.throws(
      () => migrationsOf(t, files),
      (error: PointsmanError) => error.code === 'schema_mismatch' && /install Pointsman again/.test(error.message),
    );
});

test('only checking refuses an older schema', (t) => {
  const connection = connectFor(t);
  const migrations = migrationsOf(t, TWO);
  migrate(connection, migrations.slice(0, 1), () => START, true);
  assert.match(
    refusal(connection, migrations, false).message,
    /expected schema 2, got the older schema 1; open it for writing/,
  );
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
