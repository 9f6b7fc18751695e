import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PointsmanError } from '../../../src/base/errors.js';
import { openLedger } from '../../../src/store/open.js';
import { connect, type Connection } from '../../../src/store/sqlite/connection.js';
import { interaction, START, tempFolder } from '../support.js';

const clock = (): number => START;

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return error instanceof PointsmanError ? error.code : String(error);
  }
  return 'none';
};

/** A file that may take no more pages than it has. */
function fullFile(t: Parameters<typeof tempFolder>[0]): Connection {
  const connection = connect(join(tempFolder(t), 'ledger.sqlite'), { busyTimeoutMs: 5 });
  t.after(() => connection.db.close());
  connection.db.exec('CREATE TABLE some (text TEXT)');
  const pages = connection.db.pragma('page_count', { simple: true }) as number;
  connection.db.pragma(`max_page_count = ${pages}`);
  return connection;
}

test('a file that cannot grow: nothing is half written, it says so until something is written, and goes on', (t) => {
  const connection = fullFile(t);
  const insert = connection.db.prepare('INSERT INTO some VALUES (?)');
  const count = connection.db.prepare('SELECT count(*) FROM some').pluck();
  const write = (size: number): void =>
    connection.write(() => {
      insert.run('small');
      insert.run('x'.repeat(size));
    });
  const check = (): void => connection.fitness.check(() => write(10_000));
  assert.equal(codeOf(check), 'none');
  assert.equal(
    codeOf(() => write(10_000)),
    'ledger_full',
  );
  assert.equal(count.get(), 0);
  assert.equal(codeOf(check), 'ledger_full');
  assert.equal(codeOf(check), 'ledger_full', 'it is not tried at each look');
  connection.db.pragma('max_page_count = 1000');
  write(10_000);
  assert.equal(codeOf(check), 'none');
  assert.equal(count.get(), 2);
});

test('inside a transaction, a savepoint fails as the transaction does', (t) => {
  const connection = fullFile(t);
  const insert = connection.db.prepare('INSERT INTO some VALUES (?)');
  assert.equal(
    codeOf(() => connection.write(() => connection.write(() => insert.run('x'.repeat(10_000))))),
    'ledger_full',
  );
  assert.equal(connection.db.inTransaction, false);
});

test('a file that is damaged when it is opened is refused, saying so, and left as it is', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const ledger = await openLedger(path, { clock });
  for (let i = 0; i < 50; i++) await ledger.feedback.append([{ records: [interaction(`q${i}`, 'a', 1)] }]);
  await ledger.close();
  const whole = readFileSync(path);
  const damages: [what: string, damage: () => void, code: RegExp][] = [
    [
      'pages overwritten',
      () => {
        const file = openSync(path, 'r+');
        for (let at = 4096; at < whole.length; at += 4096) writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, at);
        closeSync(file);
      },
      /ledger_damaged/,
    ],
    ['cut off', () => truncateSync(path, 4096 * 3), /ledger_damaged/],
    ['its head overwritten', () => writeFileSync(path, Buffer.alloc(whole.length, 0xff)), /schema_mismatch/],
  ];
  for (const [what, damage, code] of damages) {
    writeFileSync(path, whole);
    damage();
    const { size } = statSync(path);
    await assert.rejects(openLedger(path, { clock }), (error: PointsmanError) => {
      assert.match(error.code, code, `${what}: ${error.message}`);
      assert.equal(error.exitCode, 1);
      assert.ok(error.message.startsWith(path), error.message);
      assert.match(error.message, /restore a backup/);
      return true;
    });
    assert.equal(statSync(path).size, size, what);
  }
});
