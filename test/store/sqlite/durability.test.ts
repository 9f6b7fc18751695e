import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Database } from '../../../src/store/sqlite/database.js';
import { openLedger } from '../../../src/store/open.js';
import { batchOf } from './store-child.js';
import { allRows, openFor, START, tempFolder } from '../support.js';

const CHILD = fileURLToPath(new URL('store-child.js', import.meta.url));

/** Lets a child append from `first` on, and kills it once `enough` keys were acknowledged. Answers those keys. */
async function killMidStream(t: TestContext, path: string, first: number, enough: number): Promise<number[]> {
  const child = fork(CHILD, ['stream', path, String(first)], { silent: true });
  t.after(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  let output = '';
  let errors = '';
  child.stderr!.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdout!.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (output.split('\n').length > enough) child.kill('SIGKILL');
  });
  const [, signal] = (await exited) as [number | null, NodeJS.Signals | null];
  assert.equal(signal, 'SIGKILL', errors);
  // A key cut off by the kill was not acknowledged.
  return output.split('\n').slice(0, -1).map(Number);
}

test('kill -9: no acknowledged feedback is lost, and none is doubled when it is sent again', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  let next = 0;
  for (const enough of [1, 40, 150, 83]) {
    const acknowledged = await killMidStream(t, path, next, enough);
    assert.ok(acknowledged.length >= enough);
    assert.deepEqual(
      acknowledged,
      acknowledged.map((_, i) => next + i),
    );

    const ledger = await openLedger(path, { clock: () => START });
    const stored = new Set((await allRows(ledger)).queries.map(({ text }) => text));
    for (const number of acknowledged)
      assert.ok(stored.has(`query ${number}`), `query ${number} was acknowledged and is lost`);
    const { interactions, preferences } = await ledger.feedback.counts();
    assert.equal(interactions, preferences, 'a batch is stored whole or not at all');

    // The client sends again what it had no answer to, and for good measure everything else.
    const sent = next + acknowledged.length + 20;
    for (let number = 0; number < sent; number++)
      assert.ok(!((await ledger.feedback.append([batchOf(number)]))[0] instanceof Error));
    assert.deepEqual(await ledger.feedback.counts(), { interactions: sent, preferences: sent, queries: sent });
    await ledger.close();
    next = sent;
  }
  const rows = await (await openFor(t, path)).snapshot.read();
  assert.ok(rows.scores.count.every((count) => count === 1));
  const db = new Database(path, { readonly: true });
  t.after(() => db.close());
  assert.deepEqual(db.pragma('integrity_check'), [{ integrity_check: 'ok' }]);
  assert.deepEqual(db.pragma('foreign_key_check'), []);
  assert.equal(db.prepare('SELECT count(*) FROM interaction').pluck().get(), next);
});

test('kill -9 in the middle of an import: the ledger is as it was before', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const ledger = await openFor(t, path);
  await ledger.feedback.append([batchOf(1)]);
  const before = [await allRows(ledger), await ledger.feedback.counts(), await ledger.changes.revisions()];
  const child = fork(CHILD, ['import', path], { silent: true });
  t.after(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  await once(child.stdout!, 'data');
  assert.ok(statSync(`${path}-wal`).size > 2 ** 20, 'part of it was on disk already');
  child.kill('SIGKILL');
  await exited;
  assert.deepEqual([await allRows(ledger), await ledger.feedback.counts(), await ledger.changes.revisions()], before);
  const reopened = await openFor(t, path);
  assert.deepEqual(await allRows(reopened), before[0]);
  await reopened.feedback.append([batchOf(2)]);
  assert.deepEqual(await ledger.feedback.counts(), { interactions: 2, preferences: 2, queries: 2 });
});

test('many processes that open a new ledger at once all succeed', async (t) => {
  for (let round = 0; round < 3; round++) {
    const path = join(tempFolder(t), 'new', 'ledger.sqlite');
    const children = Array.from({ length: 4 }, () => fork(CHILD, ['open', path]));
    await Promise.all(children.map((child) => once(child, 'message')));
    const answers = children.map((child) => once(child, 'message'));
    for (const child of children) child.send('go');
    assert.deepEqual(
      (await Promise.all(answers)).flat(1).filter((answer) => typeof answer === 'string'),
      Array<string>(4).fill('opened'),
    );
    assert.deepEqual(await (await openFor(t, path)).feedback.counts(), {
      interactions: 4,
      preferences: 4,
      queries: 4,
    });
  }
});
