import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { dataPaths } from '../../src/base/paths.js';
import { openWorkspace } from '../../src/cli/workspace.js';
import { openLedger } from '../../src/store/open.js';
import { Database } from '../../src/store/sqlite/database.js';
import { temporaryFolder } from '../support/temporary.js';

test('a workspace that cannot read its ledger closes it', async (t) => {
  const { path: data, remove } = temporaryFolder();
  t.after(remove);
  const path = dataPaths(data).ledger;
  await (await openLedger(path, { clock: systemClock })).close();
  const db = new Database(path);
  db.prepare('INSERT OR REPLACE INTO breaker_settings (only, settings) VALUES (1, ?)').run('{"calls":0}');
  db.close();
  await assert.rejects(openWorkspace({ data, encoder: 'hashing', logLevel: 'silent' }), /breaker settings/);
  // SQLite removes it with the last connection.
  assert.equal(existsSync(`${path}-wal`), false);
});
