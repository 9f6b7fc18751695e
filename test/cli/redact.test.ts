import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { dataPaths } from '../../src/base/paths.js';
import { openLedger } from '../../src/store/open.js';
import { done, HASHING, pointsman, workplace } from './support.js';

test('a module that is named by a setting redacts what commands store; one that is none ends them', async (t) => {
  const { data, file } = workplace(t);
  const folder = ['--data', data];
  await done('models', 'put', file('a.yaml', 'id: a\n'), ...folder);
  const hook = file('redact.mjs', "export default (text) => text.replaceAll('Ada', '…');");
  const ran = await pointsman(['route', 'Who was Ada?', ...folder, ...HASHING], { env: { POINTSMAN_REDACT: hook } });
  assert.equal(ran.code, 0, ran.stderr);
  const ledger = await openLedger(dataPaths(data).ledger, { clock: systemClock, readonly: true });
  const [decision] = await ledger.decisions.list({ limit: 1 });
  await ledger.close();
  assert.equal(decision!.query, 'Who was …?');
  const none = await pointsman(['route', 'q', ...folder, ...HASHING, '--redact', file('none.mjs', 'export {};')]);
  assert.deepEqual([none.code, /POINTSMAN_REDACT: expected a module/.test(none.stderr)], [2, true]);
});
