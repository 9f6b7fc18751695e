import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Database } from '../../src/store/sqlite/database.js';
import { freezeGraph } from '../../src/graph/freeze.js';
import { ALL_RELATIONS, NODE_KINDS } from '../../src/graph/relations.js';
import type { Ledger } from '../../src/store/open.js';
import type { SnapshotOptions } from '../../src/store/ports/snapshot.js';
import { interaction, openFor, preference, profile, START, tempFolder } from './support.js';

const DAY = 86_400_000;
const at = (days: number): { at: string } => ({ at: new Date(START + days * DAY).toISOString() });

interface Place {
  ledger: Ledger;
  /** Marks that an LLM changed, as drift does: on a task, or on all. */
  mark(llm: string, days: number, task?: string): void;
  /** Marks of the ledger: LLM, days since the start, cause. */
  marks(): [string, number, string][];
  setDay(days: number): void;
}

function place(t: TestContext): Place {
  const path = join(tempFolder(t), 'ledger.sqlite');
  let now = START;
  const ledger = openFor(t, path, { clock: () => now });
  const db = new Database(path);
  t.after(() => db.close());
  return {
    ledger,
    mark: (llm, days, task) =>
      void db
        .prepare(
          'INSERT INTO change_point (llm, task, at, cause) VALUES ((SELECT id FROM llm WHERE name = ?), ' +
            "(SELECT id FROM task WHERE name = ?), ?, 'drift')",
        )
        .run(llm, task ?? null, START + days * DAY),
    marks: () =>
      db
        .prepare<[], [string, number, string]>(
          `SELECT name, (at - ${START}) / ${DAY}, cause FROM change_point c JOIN llm ON llm.id = c.llm ORDER BY c.id`,
        )
        .raw()
        .all(),
    setDay: (days) => void (now = START + days * DAY),
  };
}

/** Mean score and count of each LLM on each query. */
async function cells(ledger: Ledger, options?: SnapshotOptions): Record<string, [score: number, count: number]> {
  const { llms, queries, scores } = await ledger.snapshot.read(options);
  return Object.fromEntries(
    Array.from(scores.query, (q, e) => [
      `${llms[scores.llm[e]!]!.id} ${queries.textOf(q)}`,
      [scores.score[e]!, scores.count[e]!],
    ]),
  );
}

const hashOf = async (ledger: Ledger, options?: SnapshotOptions): string =>
  freezeGraph(await ledger.snapshot.read(options), { kinds: new Set(NODE_KINDS), relations: new Set(ALL_RELATIONS) }).hash;

test('answers from before a change count little once there are others, those of other LLMs wholly', async (t) => {
  const { ledger, mark } = place(t);
  await ledger.feedback.append([{ records: [interaction('old', 'a', 1, at(0)), interaction('old', 'b', 1, at(0))] }]);
  const before = hashOf(ledger);
  mark('a', 1);
  assert.deepEqual(cells(ledger), { 'a old': [1, 1], 'b old': [1, 1] });
  assert.equal(hashOf(ledger), before, 'nothing has come since: the snapshot is the same');
  await ledger.feedback.append([{ records: [interaction('new', 'a', 0, at(1))] }]);
  assert.deepEqual(cells(ledger), { 'a old': [1, 1 / 16], 'b old': [1, 1], 'a new': [0, 1] });
});

test('the same rows with a change are another snapshot', async (t) => {
  const [changed, unchanged] = [place(t), place(t)];
  for (const { ledger } of [changed, unchanged])
    await ledger.feedback.append([
      {
        records: [
          interaction('q', 'a', 1, at(0)),
          interaction('r', 'a', 0, at(2)),
          preference('s', 'a', 'b', at(0)),
          preference('s', 'a', 'b', at(2)),
        ],
      },
    ]);
  assert.equal(hashOf(changed.ledger), hashOf(unchanged.ledger));
  changed.mark('a', 1);
  assert.notEqual(hashOf(changed.ledger), hashOf(unchanged.ledger));
  assert.equal('weight' in (await unchanged.ledger.snapshot.read()).preferences, false);
});

test('a query that was asked before and since is judged by since', async (t) => {
  const { ledger, mark } = place(t);
  await ledger.feedback.append([
    {
      records: [
        ...Array.from({ length: 99 }, () => interaction('q', 'a', 1, at(0))),
        interaction('q', 'a', 0, at(2)),
        interaction('r', 'a', 0.25, at(0)),
        interaction('r', 'a', 0.75, at(0)),
      ],
    },
  ]);
  mark('a', 1);
  const [score, count] = cells(ledger)['a q']!;
  assert.ok(Math.abs(score - 1 / 17) < 1e-6, String(score));
  assert.equal(count, 1 + 1 / 16, 'the old ones count together as one');
  assert.deepEqual(cells(ledger)['a r'], [0.5, 1 / 16]);
});

test('a change on a task leaves the other tasks', async (t) => {
  const { ledger, mark } = place(t);
  await ledger.feedback.append([
    {
      records: [
        interaction('q', 'a', 1, { task: 'x', ...at(0) }),
        interaction('r', 'a', 1, { task: 'y', ...at(0) }),
        interaction('s', 'a', 1, at(0)),
        interaction('t', 'a', 0, { task: 'y', ...at(2) }),
      ],
    },
  ]);
  mark('a', 1, 'x');
  assert.ok(
    Object.values(cells(ledger)).every(([, count]) => count === 1),
    'none on the task has come since',
  );
  await ledger.feedback.append([{ records: [interaction('u', 'a', 0, { task: 'x', ...at(2) })] }]);
  assert.deepEqual(
    Object.entries(cells(ledger)).filter(([, [, count]]) => count < 1),
    [['a q', [1, 1 / 16]]],
  );
});

test('several changes multiply, down to a least weight', async (t) => {
  const { ledger, mark } = place(t);
  await ledger.feedback.append([{ records: [0, 2, 4, 6].map((day) => interaction(`day ${day}`, 'a', 1, at(day))) }]);
  for (const day of [1, 3, 5]) mark('a', day);
  assert.deepEqual(
    [0, 2, 4, 6].map((day) => cells(ledger)[`a day ${day}`]![1]),
    [1 / 64, 1 / 64, 1 / 16, 1],
  );
});

test('comparisons count as little as the LLM of the two that changed', async (t) => {
  const { ledger, mark } = place(t);
  await ledger.feedback.append([
    { records: [preference('q', 'a', 'b', at(0)), preference('q', 'b', 'c', at(0)), preference('q', 'a', 'b', at(2))] },
  ]);
  mark('a', 1);
  const { llms, preferences } = await ledger.snapshot.read();
  assert.deepEqual(
    llms.map((llm) => llm.id as string),
    ['a', 'b', 'c'],
  );
  assert.deepEqual(
    Array.from(preferences.better, (better, p) => [better, preferences.worse[p], preferences.weight![p]]),
    [
      [0, 1, 1 / 16],
      [0, 1, 1],
      [1, 2, 1],
    ],
  );
});

test('with a half-life answers count the less the older they are, in steps that add up exactly', async (t) => {
  const { ledger } = place(t);
  await ledger.feedback.append([
    { records: [0, 300, 360, 370, 380, 390].map((day) => interaction(`day ${day}`, 'a', 1, at(day))) },
  ]);
  assert.deepEqual(
    Object.values(cells(ledger)).map(([, count]) => count),
    Array(6).fill(1),
  );
  const counts = cells(ledger, { halfLifeDays: 30 });
  assert.deepEqual(
    [390, 380, 360, 300, 0].map((day) => counts[`a day ${day}`]![1]),
    [1, 51 / 64, 1 / 2, 1 / 8, 1 / 64],
  );
  assert.notEqual(hashOf(ledger, { halfLifeDays: 30 }), hashOf(ledger));
});

test('another revision marks a change; the first of a new LLM, the same again and none do not', async (t) => {
  const { ledger, marks, setDay } = place(t);
  const { catalog } = ledger;
  catalog.putLlm(profile('a', { revision: '1', size_b: 8 }));
  catalog.putLlm(profile('a', { revision: '1' }));
  catalog.mergeLlm(profile('a', { size_b: 9 }));
  assert.deepEqual(catalog.getLlm('a'), { id: 'a', revision: '1', size_b: 9 });
  assert.deepEqual(marks(), []);
  setDay(1);
  catalog.mergeLlm(profile('a', { revision: '2' }));
  setDay(2);
  catalog.putLlm(profile('a', { revision: '3' }));
  catalog.putLlm(profile('a'));
  assert.equal(catalog.getLlm('a')!.revision, undefined);
  catalog.putLlm(profile('a', { revision: '3' }));
  await ledger.feedback.append([{ records: [interaction('q', 'b', 1)] }]);
  setDay(3);
  catalog.putLlm(profile('b', { revision: 'the first that is declared' }));
  assert.deepEqual(marks(), [
    ['a', 1, 'revision'],
    ['a', 2, 'revision'],
    ['b', 3, 'revision'],
  ]);
});

test('an import that brings a revision and its answers is all of one time', async (t) => {
  const { ledger, setDay } = place(t);
  await ledger.catalog.put(profile('a'));
  await ledger.feedback.append([{ records: [interaction('old', 'a', 1)] }]);
  setDay(1);
  await ledger.bulk(async (writer) => {
    writer.interaction(interaction('new', 'a', 0).value);
    writer.catalog.mergeLlm(profile('a', { revision: '2' }));
  });
  assert.deepEqual(cells(ledger), { 'a old': [1, 1 / 16], 'a new': [0, 1] });
});

test('statistics say what an LLM is now, and what it has been', (t) => {
  const { ledger, mark } = place(t);
  const stats = async () => (await ledger.feedback.stats()).find((llm) => llm.id === 'a')!;
  await ledger.feedback.append([
    { records: Array.from({ length: 32 }, (_, i) => interaction(`old ${i}`, 'a', 1, { task: 'x' })) },
  ]);
  mark('a', 1, 'x');
  assert.deepEqual(stats().now, { interactions: 32, meanScore: 1, weight: 32 });
  await ledger.catalog.put(profile('a', { revision: '2' }));
  assert.deepEqual(stats().now, { interactions: 0, meanScore: 1, weight: 32 });
  await ledger.feedback.append([{ records: [interaction('new', 'a', 0), interaction('newer', 'a', 0)] }]);
  assert.deepEqual(stats().now, { interactions: 2, meanScore: 0.5, weight: 4 });
  assert.deepEqual([stats().interactions, stats().meanScore], [34, 32 / 34]);
});
