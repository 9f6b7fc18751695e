import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type SQLite from 'better-sqlite3';
import type { DriftObservation } from '../../../src/machines/drift-stream.js';
import { Database } from '../../../src/store/sqlite/database.js';
import { interaction, openFor, profile, START, tempFolder } from '../support.js';

const DAY = 86_400_000;

function read(t: TestContext, path: string): SQLite.Database {
  const db = new Database(path, { readonly: true });
  t.after(() => db.close());
  return db;
}

test('another revision marks a change; the first of a new LLM, the same again and none do not', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  let now = START;
  const ledger = await openFor(t, path, { clock: () => now });
  const { catalog } = ledger;
  const marks = read(t, path)
    .prepare<[], [string, number, string]>(
      `SELECT name, (at - ${START}) / ${DAY}, cause FROM change_point c JOIN llm ON llm.id = c.llm ORDER BY c.id`,
    )
    .raw();
  const merge = async (facts: Record<string, unknown>): Promise<void> => {
    const writer = await ledger.imports.begin();
    await writer.mergeLlm(profile('a', facts));
    await writer.commit();
  };
  await catalog.put(profile('a', { revision: '1', size_b: 8 }));
  await catalog.put(profile('a', { revision: '1' }));
  await merge({ size_b: 9 });
  assert.deepEqual(await catalog.get('a'), { id: 'a', revision: '1', size_b: 9 });
  assert.deepEqual(marks.all(), []);
  now = START + DAY;
  await merge({ revision: '2' });
  now = START + 2 * DAY;
  await catalog.put(profile('a', { revision: '3' }));
  await catalog.put(profile('a'));
  assert.equal((await catalog.get('a'))!.revision, undefined);
  await catalog.put(profile('a', { revision: '3' }));
  await ledger.feedback.append([{ records: [interaction('q', 'b', 1)] }]);
  now = START + 3 * DAY;
  await catalog.put(profile('b', { revision: 'the first that is declared' }));
  assert.deepEqual(marks.all(), [
    ['a', 1, 'revision'],
    ['a', 2, 'revision'],
    ['b', 3, 'revision'],
  ]);
});

test('an alert marks when the LLM changed, on its task', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const ledger = await openFor(t, path);
  await ledger.catalog.put(profile('m'));
  await ledger.catalog.describe('task', 'math', '');
  const observations = (length: number, value: number, from: number): DriftObservation[] =>
    Array.from({ length }, (_, i) => ({
      model: 'm',
      task: 'math',
      signal: 'score',
      value,
      predicted: null,
      version: null,
      at: from + i,
    }));
  const [alert] = await ledger.alerts.observe([...observations(200, 1, START), ...observations(60, 0, START + 1000)]);
  const changes = read(t, path)
    .prepare<[], { task: string; at: number; cause: string }>(
      'SELECT t.name AS task, at, cause FROM change_point c JOIN task t ON t.id = c.task',
    )
    .all();
  const since = Date.parse(alert!.since);
  assert.deepEqual(changes, [{ task: 'math', at: since, cause: 'drift' }]);
  assert.ok(Math.abs(since - (START + 1000)) < 1000, alert!.since);
});
