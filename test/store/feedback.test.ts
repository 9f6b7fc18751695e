import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { PointsmanError } from '../../src/base/errors.js';
import { Database } from '../../src/store/sqlite/database.js';
import { allRows, interaction, openFor, preference, profile, START, tempFolder, tempLedger } from './support.js';
import { decisionRecord } from '../support/decision.js';

const DECISION = '01890000-0000-7000-8000-000000000001';

test('every field of an interaction and a preference is kept', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const ledger = openFor(t, path);
  const at = '2025-06-01T12:00:00.250+02:00';
  const [receipt] = await ledger.feedback.append([
    {
      records: [
        interaction('one', 'm', 0.25, {
          task: 't',
          domain: 'd',
          cost_usd: 0.001,
          latency_ms: 12.5,
          prompt_tokens: 3,
          completion_tokens: 4,
          error: 'late',
          at,
          decision_id: DECISION,
        }),
        interaction('one', 'n', 1),
        preference('two', 'm', 'n', { task: 't', at }),
      ],
    },
  ]);
  assert.deepEqual(receipt, { interactions: 2, preferences: 1, new_models: ['m', 'n'] });
  const db = new Database(path, { readonly: true });
  t.after(() => db.close());
  const rows = db
    .prepare(
      `SELECT q.text, l.name AS llm, t.name AS task, d.name AS domain, score, cost_usd, i.latency_ms, prompt_tokens,
         completion_tokens, error, at, decision
       FROM interaction i JOIN query q ON q.id = i.query JOIN llm l ON l.id = i.llm
         LEFT JOIN task t ON t.id = i.task LEFT JOIN domain d ON d.id = i.domain
       ORDER BY i.id`,
    )
    .all();
  assert.deepEqual(rows, [
    {
      text: 'one',
      llm: 'm',
      task: 't',
      domain: 'd',
      score: 0.25,
      cost_usd: 0.001,
      latency_ms: 12.5,
      prompt_tokens: 3,
      completion_tokens: 4,
      error: 'late',
      at: Date.UTC(2025, 5, 1, 10, 0, 0, 250),
      decision: DECISION,
    },
    {
      text: 'one',
      llm: 'n',
      task: null,
      domain: null,
      score: 1,
      cost_usd: null,
      latency_ms: null,
      prompt_tokens: null,
      completion_tokens: null,
      error: null,
      at: START,
      decision: null,
    },
  ]);
  assert.deepEqual(db.prepare('SELECT at, decision FROM preference').all(), [
    { at: Date.UTC(2025, 5, 1, 10, 0, 0, 250), decision: null },
  ]);
  assert.deepEqual((await ledger.snapshot.read()).taskDomains, [[0, 0]], 'a domain given with a task links the two');
});

test('counts grow by one with each interaction and preference; a query is stored once', async (t) => {
  const ledger = tempLedger(t);
  assert.equal(ledger.countRows(), 0);
  await ledger.feedback.append([
    { records: [interaction('q', 'a', 1), interaction('q', 'a', 0)] },
    { records: [preference('q', 'a', 'b'), interaction('r', 'a', 1)] },
  ]);
  assert.equal(ledger.countRows(), 4);
  assert.deepEqual(await ledger.feedback.counts(), { interactions: 3, preferences: 1, queries: 2 });
});

test('each batch has its own receipt, and an LLM is new in the first of them only', async (t) => {
  const ledger = tempLedger(t);
  await ledger.catalog.put(profile('declared'));
  const receipts = await ledger.feedback.append([
    { records: [interaction('q', 'declared', 1), interaction('q', 'x', 1)] },
    { records: [interaction('q', 'x', 1), preference('q', 'y', 'x')] },
    { records: [] },
  ]);
  assert.deepEqual(receipts, [
    { interactions: 2, preferences: 0, new_models: ['x'] },
    { interactions: 1, preferences: 1, new_models: ['y'] },
    { interactions: 0, preferences: 0, new_models: [] },
  ]);
});

test('a key replays its receipt, also within one call, and refuses another body', async (t) => {
  const ledger = tempLedger(t);
  const batch = { records: [interaction('q', 'a', 1)], key: 'k', requestHash: 'h1' };
  const first = { interactions: 1, preferences: 0, new_models: ['a'] };
  assert.deepEqual(await ledger.feedback.append([batch, batch]), [first, first]);
  assert.deepEqual(await ledger.feedback.append([batch]), [first]);
  assert.equal(ledger.countRows(), 1);
  const [refused, other] = await ledger.feedback.append([
    { ...batch, requestHash: 'h2' },
    { records: [interaction('q', 'a', 0)], key: 'k2', requestHash: 'h1' },
  ]);
  assert.ok(refused instanceof PointsmanError && refused.code === 'idempotency_key_reused');
  assert.match(refused.message, /"k"/);
  assert.deepEqual(
    other,
    { interactions: 1, preferences: 0, new_models: [] },
    'the other batches of the call are written',
  );
  assert.equal(ledger.countRows(), 2);
});

test('a call that fails writes nothing at all', async (t) => {
  const ledger = tempLedger(t);
  await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]);
  const broken = interaction('q2', 'new', 1);
  (broken.value as { score: number }).score = 2;
  const token = await ledger.changes.revisions();
  await assert.rejects(
    async () =>
      await ledger.feedback.append([
        { records: [interaction('q3', 'newer', 1)], key: 'k', requestHash: 'h' },
        { records: [broken] },
      ]),
    /CHECK/,
  );
  assert.equal(ledger.countRows(), 1);
  assert.equal(await ledger.changes.revisions(), token);
  assert.deepEqual(await ledger.catalog.list(), [{ id: 'a' }]);
  assert.deepEqual(
    await ledger.feedback.append([{ records: [interaction('q3', 'newer', 1)], key: 'k', requestHash: 'h' }]),
    [{ interactions: 1, preferences: 0, new_models: ['newer'] }],
  );
});

test('the change token sees every commit of catalogue and feedback, of this and other connections, and nothing else', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const [here, there] = [openFor(t, path), openFor(t, path)];
  let token = await here.changes.revisions();
  const changes = async (what: string, work: () => unknown): void => {
    work();
    assert.notEqual(await here.changes.revisions(), token, what);
    token = await here.changes.revisions();
    assert.equal(await there.changes.revisions(), token, what);
  };
  const keeps = async (what: string, work: () => unknown): void => {
    work();
    assert.equal(await here.changes.revisions(), token, what);
  };
  for (const ledger of [here, there]) {
    changes('feedback', async () => await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]));
    changes('preference', async () => await ledger.feedback.append([{ records: [preference('q', 'a', 'b')] }]));
    changes('put', async () => await ledger.catalog.put(profile('c')));
    changes('merge', () => ledger.catalog.mergeLlm(profile('c', { size_b: 1 })));
    changes('delete', async () => await ledger.catalog.delete('c'));
    changes('task', async () => await ledger.catalog.describe('task', 't', 'd'));
    keeps('reads', async () => [
      await ledger.snapshot.read(),
      await ledger.feedback.stats(),
      await ledger.catalog.list(),
    ]);
    keeps('decision', async () => await ledger.decisions.append([decisionRecord('x')]));
    keeps('schedule', async () => await ledger.schedule.put({ pattern: '0 0 * * *', min_new_interactions: 1 }));
    keeps('replay', async () => await ledger.feedback.append([]));
    keeps('deleting nothing', async () => await ledger.catalog.delete('c'));
  }
});

test('statistics are the means of what was reported, NaN where nothing was, deleted LLMs apart', async (t) => {
  const ledger = tempLedger(t);
  await ledger.catalog.put(profile('idle'));
  await ledger.feedback.append([
    { records: [interaction('q', 'a', 1, { cost_usd: 0.5, latency_ms: 100 }), interaction('q', 'gone', 1)] },
  ]);
  await ledger.feedback.append([
    {
      records: [
        interaction('r', 'a', 0.5, { latency_ms: 300, prompt_tokens: 10, completion_tokens: 0 }),
        preference('q', 'a', 'b'),
        preference('r', 'a', 'gone'),
      ],
    },
  ]);
  await ledger.catalog.delete('gone');
  assert.deepEqual(await ledger.feedback.stats(), [
    {
      id: 'a',
      meanScore: 0.75,
      interactions: 2,
      wins: 2,
      losses: 0,
      costUsd: 0.5,
      now: { meanScore: 0.75, interactions: 2, weight: 2 },
      usage: [
        {
          task: null,
          completionTokens: 0,
          completionTokensN: 1,
          logLatency: Math.log(100) + Math.log(300),
          logLatencySquares: Math.log(100) ** 2 + Math.log(300) ** 2,
          latencyN: 2,
        },
      ],
    },
    {
      id: 'b',
      meanScore: NaN,
      interactions: 0,
      wins: 0,
      losses: 1,
      costUsd: NaN,
      now: { meanScore: NaN, interactions: 0, weight: 0 },
      usage: [],
    },
    {
      id: 'idle',
      meanScore: NaN,
      interactions: 0,
      wins: 0,
      losses: 0,
      costUsd: NaN,
      now: { meanScore: NaN, interactions: 0, weight: 0 },
      usage: [],
    },
  ]);
});

test('two connections write in turn and see each other’s rows', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const [here, there] = [openFor(t, path), openFor(t, path)];
  for (let i = 0; i < 20; i++)
    (i % 2 ? here : there).appendFeedback([
      { records: [interaction(`q${i % 5}`, `m${i % 3}`, 1)], key: `k${i}`, requestHash: 'h' },
    ]);
  assert.deepEqual(await here.feedback.counts(), { interactions: 20, preferences: 0, queries: 5 });
  assert.deepEqual(allRows(here), allRows(there));
  await here.feedback.append([{ records: [interaction('q0', 'm0', 1)], key: 'k0', requestHash: 'h' }]);
  assert.equal(there.countRows(), 20);
});

test('a writer that cannot get the lock answers ledger_busy, and reads go on', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const ledger = openFor(t, path, { busyTimeoutMs: 20 });
  await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]);
  const other = new Database(path);
  t.after(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  await assert.rejects(
    async () => await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]),
    (error: PointsmanError) => error.code === 'ledger_busy' && error.status === 503,
  );
  assert.equal((await ledger.snapshot.read()).queries.length, 1);
  other.exec('COMMIT');
  await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]);
  assert.equal(ledger.countRows(), 2);
});

test('text of any script, with quotes, NUL and astral characters, is one query each', async (t) => {
  const ledger = tempLedger(t);
  const texts = ["it's", '"; DROP TABLE query; --', 'день 日本 😀', 'a\u0000b', 'a\u0000c', ' padded ', 'padded'];
  await ledger.feedback.append([{ records: [...texts, ...texts].map((text) => interaction(text, 'a', 1)) }]);
  assert.deepEqual(
    Array.from((await ledger.snapshot.read()).queries, (query) => query.text).toSorted(),
    texts.toSorted(),
  );
});
