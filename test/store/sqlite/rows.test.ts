import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PointsmanError } from '../../../src/base/errors.js';
import { Database } from '../../../src/store/sqlite/database.js';
import { interaction, openFor, preference, START, tempFolder } from '../support.js';

const DECISION = '01890000-0000-7000-8000-000000000001';

test('every field of an interaction and a preference is kept', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const ledger = await openFor(t, path);
  const at = '2025-06-01T12:00:00.250+02:00';
  const [answer] = await ledger.feedback.append([
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
  assert.deepEqual(answer, {
    receipt: { interactions: 2, preferences: 1, new_models: ['m', 'n'] },
    stored: true,
  });
  const db = new Database(path, { readonly: true });
  t.after(() => db.close());
  const rows = db
    .prepare(
      `SELECT q.text, l.name AS llm, t.name AS task, d.name AS domain, score, cost_usd, i.latency_ms,
         prompt_tokens, completion_tokens, error, at, decision
       FROM interaction i JOIN query q ON q.id = i.query JOIN llm l ON l.id = i.llm
         LEFT JOIN task t ON t.id = i.task LEFT JOIN domain d ON d.id = i.domain ORDER BY i.id`,
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

test('a writer that cannot get the lock answers ledger_busy, and reads go on', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const ledger = await openFor(t, path, { busyTimeoutMs: 20 });
  await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]);
  const other = new Database(path);
  t.after(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  await assert.rejects(
    ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]),
    (error: PointsmanError) => error.code === 'ledger_busy' && error.status === 503,
  );
  assert.equal((await ledger.snapshot.read()).queries.length, 1);
  other.exec('COMMIT');
  await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]);
  assert.equal((await ledger.feedback.counts()).interactions, 2);
});
