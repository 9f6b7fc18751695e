import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Database } from '../../../src/store/sqlite/database.js';
import { addKey, claimOf } from '../conformance/quotas.js';
import { sweepAll } from '../conformance/retention.js';
import { openFor, START, tempFolder } from '../support.js';

const DAY_MS = 86_400_000;

test('what keys used goes when its minute or month is over, also of keys that nobody shows any more', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const time = { now: START };
  const ledger = await openFor(t, path, { clock: () => time.now });
  await addKey(ledger);
  const claim = claimOf({ requests_per_minute: 1_000, usd_per_month: 9 }, { requests: 1, usd: 0.01 });
  for (let slot = 0; slot < 60; slot++, time.now += 500) await ledger.quotas.claim(claim);
  const db = new Database(path);
  t.after(() => db.close());
  const rows = (table: string): number => db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get()!;
  assert.deepEqual([rows('key_use'), rows('key_spend')], [60, 2]);
  await sweepAll(ledger);
  assert.deepEqual([rows('key_use'), rows('key_spend')], [60, 2]);
  time.now += 10 * 60_000;
  await sweepAll(ledger);
  assert.deepEqual([rows('key_use'), rows('key_spend')], [0, 2]);
  time.now += 31 * DAY_MS;
  await sweepAll(ledger);
  assert.equal(rows('key_spend'), 0);
});
