import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { dataPaths } from '../../src/base/paths.js';
import { sha256 } from '../../src/base/hash.js';
import { RetentionSettings } from '../../src/schema/retention.js';
import { openLedger } from '../../src/store/open.js';
import { done, HASHING, jsonLines, pointsman, workplace } from './support.js';

test('settings and sizes are shown, texts forgotten and space given back, over a data folder', async (t) => {
  const { data, file } = workplace(t);
  const at = '2020-01-01T00:00:00Z';
  const rows = ['one', 'two', 'three'].map((query, i) => ({ query, model: 'm', score: 1, ...(i === 0 ? { at } : {}) }));
  await done('import', file('log.jsonl', jsonLines(rows)), '--data', data);
  const shown = await done('ledger', 'retention', '--data', data);
  assert.match(shown, /^idempotency_hours +168$/m);
  assert.match(shown, /^interactions\.max_rows +no limit$/m);
  assert.match(shown, /^decision-log\.query_text_hours +24$/m);
  assert.match(shown, /^interaction +3 +– +0$/m);
  assert.match(shown, /^text +3 +0\.0 +0$/m);
  assert.match(shown, /^the ledger takes \d+\.\d MB, of which \d+\.\d MB are free$/m);
  assert.doesNotMatch(shown, /ledger vacuum/);
  assert.equal(await done('ledger', '--data', data), shown, 'it is what runs where nothing is named');

  const forget = (...what: string[]): Promise<string> => done('ledger', 'forget', ...what, '--data', data, ...HASHING);
  assert.match(
    await forget('--hash', sha256('two')),
    /^forgotten: 1 texts of queries, 0 in the log of decisions, 0 of/,
  );
  assert.match(await forget('--hash', sha256('two')), /^forgotten: 0 texts/);
  assert.match(await forget('--before', '2021-01-01T00:00:00Z'), /^forgotten: 1 texts/);
  assert.match(await forget('--tenant', 'nobody'), /^forgotten: 0 texts/);
  assert.match(await done('ledger', 'vacuum', '--data', data), /^\d+\.\d MB before, \d+\.\d MB after, in \d+\.\d s$/m);

  const ledger = await openLedger(dataPaths(data).ledger, { clock: Date.now });
  t.after(() => ledger.close());
  assert.deepEqual(await ledger.snapshot.texts(['one', 'two', 'three'].map((text) => sha256(text))), [
    undefined,
    undefined,
    'three',
  ]);
  assert.deepEqual(await ledger.settings.get('retention'), RetentionSettings.parse({}));
});

test('what is not one thing to forget, and a folder without a ledger, are refused', async (t) => {
  const { data } = workplace(t);
  const refused = async (code: number, message: RegExp, ...args: string[]): Promise<void> => {
    const ran = await pointsman(['ledger', ...args, '--data', data]);
    assert.equal(ran.code, code, ran.stderr);
    assert.match(ran.stderr, message);
  };
  await refused(2, /: expected exactly one of --hash, --tenant and --before, got none/, 'forget');
  const both = ['--tenant', 'x', '--hash', sha256('q')];
  await refused(2, /exactly one of --hash, --tenant and --before, got --hash and --tenant/, 'forget', ...both);
  await refused(2, /--before: expected/, 'forget', '--before', 'yesterday');
  await refused(2, /--hash: expected 64/, 'forget', '--hash', 'abc');
  await refused(2, /--tenant: expected/, 'forget', '--tenant', '');
  for (const command of [['retention'], ['vacuum'], ['forget', '--tenant', 'x']])
    await refused(1, /there is no ledger here/, ...command);
  assert.equal(existsSync(data), false, 'and none is made');
});
