import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createPriorScorer } from '../../../src/scoring/prior.js';
import type { LlmId } from '../../../src/schema/ids.js';
import { openLedger, type Healed, type Ledger } from '../../../src/store/open.js';
import { Database } from '../../../src/store/sqlite/database.js';
import { tempFolder } from '../support.js';

const START = Date.UTC(2026, 0, 1);
const answers = (model: string, n: number, fields: object) =>
  Array.from({ length: n }, (_, i) => ({
    kind: 'interaction' as const,
    value: { query: `q${i}`, model: model as LlmId, score: 1, cost_usd: 0.01, latency_ms: 100, ...fields },
  }));

async function statsOf(ledger: Ledger) {
  return Object.fromEntries((await ledger.feedback.stats()).map((row) => [row.id, row]));
}

/** A ledger that is poisoned as one of before could be, opened again; and what was said of it. */
async function reopened(t: TestContext, poison: string): Promise<[Ledger, Healed[], string]> {
  const folder = tempFolder(t);
  const path = join(folder, 'ledger.sqlite');
  const ledger = await openLedger(path, { clock: () => START });
  await ledger.feedback.append([{ records: [...answers('good', 3, {}), ...answers('bad', 3, { task: 't' })] }]);
  await ledger.close();
  const db = new Database(path);
  db.exec(poison);
  db.close();
  const told: Healed[] = [];
  const again = await openLedger(path, { clock: () => START, onHealed: (healed) => told.push(healed) });
  t.after(() => again.close());
  return [again, told, path];
}

test('a ledger without odd numbers is left as it is', async (t) => {
  const [ledger, told] = await reopened(t, 'SELECT 1');
  assert.deepEqual(told, []);
  assert.equal((await statsOf(ledger))['bad']!.costUsd, 0.01);
});

test('sums that are not finite are counted anew from the answers, whose odd numbers are forgotten', async (t) => {
  const bad = "(SELECT id FROM llm WHERE name = 'bad')";
  const [ledger, told, path] = await reopened(
    t,
    `INSERT INTO interaction (query, llm, task, score, cost_usd, latency_ms, completion_tokens, at)
       SELECT 1, llm.id, task.id, 1, 1e308, 1e308, 4611686018427387904, ${START} FROM llm, task WHERE llm.name = 'bad';
     UPDATE llm_total SET interactions = 4, scored = 4, score = 4, cost_usd_n = 4, cost_usd = 9e999 WHERE llm = ${bad};
     UPDATE llm_usage SET log_latency = 9e999, log_latency_squares = 9e999, latency_n = 4 WHERE llm = ${bad};
     INSERT INTO decision_day
       VALUES ('2026-01-01', 'bad', 1, 1, 9e999, 1, 1, 1, 9e999, 1, 1, 1, 1e300, 1, 1, 1, 1e300, 1);
     INSERT INTO load_use SELECT id, 1, 1, 9e999 FROM llm;
     UPDATE llm SET latency_ms = 1e308, input_price = 1e308;`,
  );
  assert.deepEqual(told, [{ models: ['good', 'bad'], values: 3 }]);
  const { bad: healed, good } = await statsOf(ledger);
  assert.deepEqual(
    [healed!.costUsd, healed!.scored, healed!.interactions, good!.costUsd].map((x) => Number(x.toFixed(6))),
    [0.01, 4, 4, 0.01],
  );
  const [scored] = createPriorScorer(await ledger.catalog.list(), await ledger.feedback.stats()).score(
    'q',
    new Float32Array(0),
    't',
  );
  assert.equal(Math.round(scored!.latencyMs!), 100);
  const { rows } = await ledger.decisions.days('2026-01-01', '2026-01-01');
  assert.ok(rows.every((row) => row.sums.every(Number.isFinite)));
  await ledger.close();
  const told2: Healed[] = [];
  const again = await openLedger(path, { clock: () => START, onHealed: (one) => told2.push(one) });
  await again.close();
  assert.deepEqual(told2, [], 'once is enough');
});
