import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openFor, START, tempFolder } from '../support.js';

test('the first opener since the machine was started says what time it is for all others', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  let up = 100;
  const open = (boot: string, clock: number, more: object = {}) =>
    openFor(t, path, { clock: () => clock, uptime: { boot, ms: () => up }, ...more });
  const first = await open('a', START);
  up = 250.75;
  const others = [await open('a', 0), await open('a', START * 2), await open('a', 0, { readonly: true })];
  for (const one of [first, ...others]) assert.equal(one.steady(), START + 150, 'in whole milliseconds');
  up = 5;
  assert.equal((await open('b', 1_000)).steady(), 1_000);
  assert.equal((await open('c', 2_000, { readonly: true })).steady(), 2_000, 'one that only reads says it to itself');
  assert.equal((await open('b', 3_000)).steady(), 1_000);
});

test('a ledger that another process writes to opens all the same', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const busy = await openFor(t, path);
  const writer = await busy.imports.begin();
  const uptime = { boot: 'a', ms: () => 7 };
  const ledger = await openFor(t, path, { clock: () => START, uptime, busyTimeoutMs: 5 });
  assert.equal(ledger.steady(), START);
  await writer.end();
});

test('without an uptime the clock is the steady time', async (t) => {
  let now = START;
  const ledger = await openFor(t, join(tempFolder(t), 'ledger.sqlite'), { clock: () => now });
  now -= 86_400_000;
  assert.equal(ledger.steady(), now);
});
