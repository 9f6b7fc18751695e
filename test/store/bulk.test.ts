import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import type { PointsmanError } from '../../src/base/errors.js';
import { allRows, interaction, openFor, preference, profile, START, tempFolder, tempLedger } from './support.js';

test('an import shows when it is done, and leaves what feedback would have left', async (t) => {
  const [ledger, other] = [tempLedger(t), tempLedger(t)];
  const records = [
    interaction('q', 'a', 1, { task: 't', domain: 'd', latency_ms: 5 }),
    interaction('q', 'b', 0),
    interaction('r', 'a', 0.5),
  ];
  const pair = preference('q', 'a', 'c', { task: 't' });
  const token = await ledger.changes.revisions();
  const answer = await ledger.bulk(async (writer) => {
    for (const record of records) writer.interaction(record.value);
    await sleep(1);
    writer.preference(pair.value);
    writer.catalog.mergeLlm(profile('d', { family: 'f' }));
    assert.equal(ledger.countRows(), 0, 'not visible yet');
    assert.deepEqual(writer.names('task'), new Set(['t']));
    return 'done';
  });
  assert.equal(answer, 'done');
  assert.notEqual(await ledger.changes.revisions(), token);
  await other.feedback.append([{ records: [...records, pair] }]);
  other.catalog.mergeLlm(profile('d', { family: 'f' }));
  assert.deepEqual(allRows(ledger), allRows(other));
  assert.deepEqual(await ledger.feedback.stats(), await other.feedback.stats());
  assert.deepEqual(await ledger.feedback.counts(), await other.feedback.counts());
});

test('an import that fails leaves nothing', async (t) => {
  const ledger = tempLedger(t);
  await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]);
  const before = [allRows(ledger), await ledger.changes.revisions(), await ledger.feedback.stats()];
  await assert.rejects(
    ledger.bulk(async (writer) => {
      for (let i = 0; i < 5000; i++) writer.interaction(interaction(`q${i}`, 'new', 1).value);
      await writer.catalog.put(profile('declared'));
      writer.markImported('hash', 'file');
      await sleep(1);
      throw new Error('the file broke');
    }),
    /the file broke/,
  );
  assert.deepEqual([allRows(ledger), await ledger.changes.revisions(), await ledger.feedback.stats()], before);
  await ledger.bulk(async (writer) => assert.equal(writer.importedAt('hash'), undefined));
  await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]);
  assert.equal(ledger.countRows(), 2);
});

test('other writers meet ledger_busy meanwhile, and so does a second import', async (t) => {
  const ledger = openFor(t, join(tempFolder(t), 'ledger.sqlite'), { busyTimeoutMs: 10 });
  await ledger.bulk(async (writer) => {
    writer.interaction(interaction('q', 'a', 1).value);
    await assert.rejects(
      async () => await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]),
      (error: PointsmanError) => error.code === 'ledger_busy',
    );
    await assert.rejects(
      ledger.bulk(async () => undefined),
      (error: PointsmanError) => error.code === 'ledger_busy',
    );
  });
  assert.equal(ledger.countRows(), 1);
});

test('it is remembered which files were imported, and when', async (t) => {
  const ledger = tempLedger(t);
  await ledger.bulk(async (writer) => {
    assert.equal(writer.importedAt('h'), undefined);
    writer.markImported('h', 'name');
    assert.equal(writer.importedAt('h'), START);
  });
  await ledger.bulk(async (writer) => assert.equal(writer.importedAt('h'), START));
});
