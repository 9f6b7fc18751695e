import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PointsmanError } from '../../../src/base/errors.js';
import { connect } from '../../../src/store/sqlite/connection.js';
import { openLedger } from '../../../src/store/open.js';
import { interaction, openFor, START, tempFolder } from '../support.js';

const clock = (): number => START;

test('makes the folder and the file, and keeps what was written', async (t) => {
  const path = join(tempFolder(t), 'deep', 'down', 'ledger.sqlite');
  const ledger = await openLedger(path, { clock });
  await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]);
  await ledger.close();
  assert.equal((await (await openFor(t, path)).feedback.counts()).interactions, 1);
});

test('every commit waits for the disk, and references hold', (t) => {
  const { db } = connect(join(tempFolder(t), 'ledger.sqlite'), { busyTimeoutMs: 1000 });
  t.after(() => db.close());
  const FULL = 2;
  assert.deepEqual(
    ['journal_mode', 'synchronous', 'foreign_keys'].map((name) => db.pragma(name, { simple: true })),
    ['wal', FULL, 1],
  );
});

test('read-only opens what is there, refuses to write, and makes nothing', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  await assert.rejects(
    openLedger(path, { clock, readonly: true }),
    (error: PointsmanError) => error.code === 'file_not_found' && error.message.includes(path),
  );
  assert.equal(existsSync(path), false);
  const ledger = await openFor(t, path);
  await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]);
  const reader = await openFor(t, path, { readonly: true });
  assert.equal((await reader.snapshot.read()).queries.length, 1);
  await assert.rejects(reader.feedback.append([{ records: [interaction('q', 'a', 1)] }]), /may only be read/);
  await ledger.feedback.append([{ records: [interaction('q2', 'a', 1)] }]);
  assert.equal((await reader.feedback.counts()).interactions, 2);
});

test('a file that is no database is refused and left alone', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const text = 'this is not a database, but some notes of mine\n'.repeat(40);
  writeFileSync(path, text);
  await assert.rejects(
    openLedger(path, { clock }),
    (error: PointsmanError) => error.code === 'schema_mismatch' && /got another kind of file/.test(error.message),
  );
  assert.equal(readFileSync(path, 'utf8'), text);
});

test('a path that cannot be a file is a setting that is not valid', async (t) => {
  const folder = tempFolder(t);
  mkdirSync(join(folder, 'ledger.sqlite'));
  writeFileSync(join(folder, 'plain'), '');
  for (const path of [join(folder, 'ledger.sqlite'), join(folder, 'plain', 'ledger.sqlite')])
    await assert.rejects(
      openLedger(path, { clock }),
      (error: PointsmanError) => error.code === 'invalid_config' && error.message.includes(path),
    );
});
