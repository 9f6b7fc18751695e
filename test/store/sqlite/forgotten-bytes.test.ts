import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sha256 } from '../../../src/base/hash.js';
import { createForgetting } from '../../../src/dataset/forget.js';
import { RetentionSettings } from '../../../src/schema/retention.js';
import { openLedger } from '../../../src/store/open.js';
import { Database } from '../../../src/store/sqlite/database.js';
import { decisionRecord } from '../../support/decision.js';
import { interaction, openFor, START, tempFolder } from '../support.js';

/** Whether any file of the ledger has these characters. */
function isIn(path: string, text: string): boolean {
  return ['', '-wal'].some((end) => existsSync(path + end) && readFileSync(path + end).includes(text));
}

for (const size of [20, 20_000])
  test(`what is forgotten stands nowhere in the file: a text of ${size} characters`, async (t) => {
    const path = join(tempFolder(t), 'ledger.sqlite');
    const ledger = await openFor(t, path);
    const mark = 'needle-in-the-haystack';
    const text = `${'x'.repeat(size)} ${mark}`;
    const others = Array.from({ length: 200 }, (_, i) => interaction(`other ${i}`, 'a', 1));
    await ledger.feedback.append([
      { records: [...others, interaction(text, 'a', 1, { error: `no ${mark}` })], tenant: 'x' },
    ]);
    await ledger.decisions.append([decisionRecord('d', { query: text, tenant: 'x' })]);
    assert.ok(isIn(path, mark));
    await createForgetting({ ledger }).forget({ tenant: 'x' });
    assert.equal(isIn(path, mark), false);
  });

test('rows that are too many leave nothing of their texts in the file, once it was copied into', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const ledger = await openFor(t, path);
  const records = Array.from({ length: 500 }, (_, i) => interaction(`needle ${i} ${'x'.repeat(500)}`, 'a', 1));
  await ledger.feedback.append([{ records }]);
  await ledger.settings.put('retention', RetentionSettings.parse({ interactions: { max_rows: 1 } }));
  while (await ledger.retention.sweep());
  await ledger.retention.settle();
  assert.ok(isIn(path, 'needle 499 '));
  for (const i of [0, 1, 250, 498]) assert.equal(isIn(path, `needle ${i} `), false);
});

test('a reader in the way of forgetting is no error: what is left is taken out with the next sweep', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const ledger = await openFor(t, path, { busyTimeoutMs: 10 });
  await ledger.feedback.append([{ records: [interaction('needle', 'a', 1)] }]);
  const reader = new Database(path);
  reader.exec('BEGIN; SELECT count(*) FROM query');
  assert.equal((await createForgetting({ ledger }).forget({ hash: sha256('needle') })).texts, 1);
  assert.ok(isIn(path, 'needle'));
  reader.exec('COMMIT');
  reader.close();
  await ledger.retention.sweep();
  assert.equal(isIn(path, 'needle'), false);
});

test('what a reader kept from being taken out is taken out by the next sweep of another process', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const service = await openFor(t, path);
  await service.feedback.append([{ records: [interaction('needle', 'a', 1)] }]);
  const reader = new Database(path);
  reader.exec('BEGIN; SELECT count(*) FROM query');
  const ledger = await openLedger(path, { clock: () => START, busyTimeoutMs: 10 });
  await createForgetting({ ledger }).forget({ hash: sha256('needle') });
  await ledger.close();
  reader.exec('COMMIT');
  reader.close();
  assert.ok(isIn(path, 'needle'));
  await service.retention.sweep();
  assert.equal(isIn(path, 'needle'), false);
});

test('who forgets and is killed before the end leaves nothing: the next sweep takes it out', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const ledger = await openFor(t, path);
  await ledger.feedback.append([{ records: [interaction('needle', 'a', 1)] }]);
  await ledger.retention.forgetTexts({ hash: sha256('needle') }, [sha256('needle')]);
  assert.ok(isIn(path, 'needle'));
  await (await openFor(t, path)).retention.sweep();
  assert.equal(isIn(path, 'needle'), false);
});

test('a ledger from before gives back space once it was vacuumed, and a new one at once', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.close();
  const ledger = await openFor(t, path);
  await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]);
  assert.equal((await ledger.retention.bytes()).givesBack, false);
  await ledger.retention.vacuum();
  assert.equal((await ledger.retention.bytes()).givesBack, true);
  assert.deepEqual(await ledger.snapshot.texts([sha256('q')]), ['q']);
  const fresh = await openFor(t, join(tempFolder(t), 'fresh.sqlite'), { clock: () => START });
  assert.equal((await fresh.retention.bytes()).givesBack, true);
});

test('a ledger is opened, and sweeps and forgetting begin, while another writes', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const ledger = await openFor(t, path);
  await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]);
  assert.equal(await ledger.retention.sweep(), false);
  const writer = await ledger.imports.begin();
  const other = await openFor(t, path, { busyTimeoutMs: 1 });
  assert.equal(await other.retention.sweep(), false);
  assert.equal((await other.retention.toForget({ hash: sha256('q') })).texts.length, 1);
  await writer.end();
});
