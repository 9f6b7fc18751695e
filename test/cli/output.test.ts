import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPlain } from '../../src/base/plain-text.js';
import { jsonOf, print, table } from '../../src/cli/output.js';
import { profile } from '../store/support.js';
import { startService } from '../http/service.js';
import { pointsman } from './support.js';

const EVIL = 'down\u001b[2J\u001b]0;pwned\u0007\r\nforged  row\u202Egpj\u009b31m';

/** What is written to standard output while `work` runs. */
function written(work: () => void): string {
  const { write } = process.stdout;
  let text = '';
  process.stdout.write = ((chunk: string) => ((text += chunk), true)) as typeof write;
  try {
    work();
  } finally {
    process.stdout.write = write;
  }
  return text;
}

test('nothing that is printed moves the cursor, and a cell of a table is one line', () => {
  const shown = written(() => print(`${EVIL}\n${table(['LLM', 'error'], [['m', EVIL]])}`));
  assert.equal(isPlain(shown.replaceAll('\n', '')), true, JSON.stringify(shown));
  assert.equal(shown.split('\n').length, 6);
  assert.equal(JSON.parse(jsonOf(EVIL)), EVIL);
});

test('texts that were stored before are printed as text', async (t) => {
  const service = await startService({ llms: ['m'] });
  t.after(() => service.remove());
  // As an earlier release stored them.
  await service.ledger.breakers.override('m', 'open', EVIL);
  await service.ledger.breakers.report([{ model: profile('m').id, ok: false, error: EVIL }]);
  const { stdout: shown } = await pointsman(['health', 'show', '--url', service.url]);
  assert.match(shown, /down.*forged {2}row/);
  assert.equal(isPlain(shown.replaceAll('\n', '')), true, JSON.stringify(shown));
  const { stderr } = await pointsman(['alerts', 'resolve', EVIL, '--url', service.url]);
  assert.match(stderr, /There is no alert/);
  assert.equal(isPlain(stderr.replaceAll('\n', '')), true, JSON.stringify(stderr));
});
