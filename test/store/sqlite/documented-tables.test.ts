import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../../src/base/paths.js';
import { Database } from '../../../src/store/sqlite/database.js';
import { openFor, tempFolder } from '../support.js';

test('docs/operations.md says of each table how long its rows are kept', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  await openFor(t, path);
  const db = new Database(path);
  t.after(() => db.close());
  const tables = db
    .prepare<[], string>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .pluck()
    .all();
  const [, section] = readFileSync(join(packageRoot, 'docs', 'operations.md'), 'utf8').split(
    '## What is kept, and forgotten\n',
  );
  const [, rows] = section!.split('| tables | kept |\n');
  const cells = rows!
    .slice(0, rows!.indexOf('\n\n'))
    .split('\n')
    .map((row) => row.split('|')[1]!);
  const named = cells.flatMap((cell) => Array.from(cell.matchAll(/`(\w+)`/g), ([, name]) => name!));
  assert.deepEqual(named.toSorted(), tables);
});
