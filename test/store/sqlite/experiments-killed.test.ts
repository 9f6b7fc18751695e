import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openFor, tempFolder } from '../support.js';
import { EXPERIMENT, tell } from './experiments-child.js';

const CHILD = fileURLToPath(new URL('experiments-child.js', import.meta.url));

test('kill -9: results of an experiment miss nothing that was acknowledged, and count nothing twice', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const ledger = await openFor(t, path);
  await ledger.experiments.put('e', EXPERIMENT);
  let next = 0;
  for (const enough of [2, 61, 130]) {
    const child = fork(CHILD, ['stream', path, String(next)], { silent: true });
    t.after(() => child.kill('SIGKILL'));
    const exited = once(child, 'exit');
    let output = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.split('\n').length > enough) child.kill('SIGKILL');
    });
    await exited;
    const acknowledged = output.split('\n').length - 1;
    assert.ok(acknowledged >= enough);
    next += acknowledged;
    const [killed] = await ledger.experiments.results('e');
    assert.ok(killed!.answers >= next, `${killed!.answers} of ${next}`);
    // All is sent again, what was cut off among it.
    for (let number = 0; number < next + 5; number++) await tell(ledger, number);
    next += 5;
  }
  const [{ decisions, answers, sums, models }] = (await ledger.experiments.results('e')) as [never];
  const units = Array.from({ length: Math.ceil(next / 3) }, (_, unit) => {
    const numbers = [0, 1, 2].map((i) => 3 * unit + i).filter((number) => number < next);
    return numbers.reduce((sum, number) => sum + (number % 11) / 10, 0) / numbers.length;
  });
  assert.deepEqual([decisions, answers, models], [next, next, [['m', next]]]);
  const { quality, cost } = sums as Record<string, { n: number; mean: number }>;
  assert.deepEqual([quality!.n, cost!.n, cost!.mean], [units.length, units.length, 1]);
  assert.ok(Math.abs(quality!.mean - units.reduce((a, b) => a + b, 0) / units.length) < 1e-9);
});
