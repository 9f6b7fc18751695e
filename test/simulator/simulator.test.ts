import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PointsmanError } from '../../src/base/errors.js';
import { createRng } from '../../src/base/rng.js';
import { Interaction } from '../../src/schema/feedback.js';
import { LlmProfile } from '../../src/schema/profile.js';
import {
  createLlms,
  expectedScore,
  loadSimulation,
  simulate,
  simulateStream,
  TASKS,
  writeQuery,
  type Simulation,
} from '../../src/simulator/index.js';
import { tempLedger } from '../store/support.js';

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Scores `[query][llm]` with the task of each query. */
function table(simulation: Simulation): { task: string; scores: number[] }[] {
  const width = simulation.profiles.length;
  return Array.from({ length: simulation.rows.length / width }, (_, i) => {
    const rows = simulation.rows.slice(i * width, (i + 1) * width);
    assert.equal(new Set(rows.map((row) => row.query)).size, 1);
    return { task: rows[0]!.task!, scores: rows.map((row) => row.score!) };
  });
}

/** Mean score of the LLM that is best on all the given queries. */
function best(queries: { scores: number[] }[]): number {
  return Math.max(...queries[0]!.scores.map((_, llm) => mean(queries.map((query) => query.scores[llm]!))));
}

test('a stream has as many interactions as asked for, a few different LLMs a query, the same for the same seed', () => {
  const read = (seed: number) => [...simulateStream({ seed, llms: 20, interactions: 1003, answers: 5 }).rows];
  const rows = read(4);
  assert.equal(rows.length, 1003);
  assert.deepEqual(rows, read(4));
  assert.notDeepEqual(rows, read(5));
  const profiles = new Set(simulateStream({ seed: 4, llms: 20, interactions: 0 }).profiles.map((p) => p.id));
  for (let i = 0; i + 5 <= 1003; i += 5) {
    const answers = rows.slice(i, i + 5);
    assert.deepEqual([new Set(answers.map((r) => r.query)).size, new Set(answers.map((r) => r.model)).size], [1, 5]);
    assert.ok(answers.every((r) => profiles.has(r.model)));
  }
  assert.ok(new Set(rows.map((r) => r.model)).size === 20);
});

test('the default has 8 LLMs on 1500 different queries, all valid', () => {
  const simulation = simulate({ seed: 1 });
  assert.equal(simulation.profiles.length, 8);
  assert.equal(simulation.rows.length, 12_000);
  assert.equal(new Set(simulation.rows.map((row) => row.query)).size, 1500);
  for (const row of simulation.rows) Interaction.parse(row);
  for (const profile of simulation.profiles) {
    LlmProfile.parse(profile);
    assert.match(profile.description!, /^Simulated LLM, made up/);
    assert.match(profile.id, /^sim\//);
  }
  const [families, tasks, domains] = [simulation.families, simulation.tasks, simulation.domains].map(
    (items) => new Set(items.map((item) => item.id)),
  );
  assert.ok(simulation.profiles.every((profile) => families!.has(profile.family!)));
  assert.ok(simulation.profiles.every((profile) => Object.keys(profile.benchmarks!).every((task) => tasks!.has(task))));
  assert.ok(simulation.rows.every((row) => tasks!.has(row.task!) && domains!.has(row.domain!)));
  assert.ok(simulation.tasks.every((task) => domains!.has(task.domain)));
});

test('a seed fixes everything; another seed gives other queries', () => {
  assert.deepEqual(simulate({ seed: 5, queries: 100 }), simulate({ seed: 5, queries: 100 }));
  const [one, two] = [simulate({ seed: 5, queries: 100 }), simulate({ seed: 6, queries: 100 })].map(
    (each) => new Set(each.rows.map((row) => row.query)),
  );
  assert.ok([...one!].filter((query) => two!.has(query)).length < 10);
});

test('it pays to choose: per task, and more so per query', () => {
  for (const seed of [1, 2, 3]) {
    const queries = table(simulate({ seed }));
    const perTask = mean(TASKS.map((task) => best(queries.filter((query) => query.task === task.id))));
    const oracle = mean(queries.map((query) => Math.max(...query.scores)));
    assert.ok(perTask > best(queries) + 0.08, `per task ${perTask}, best single ${best(queries)}`);
    assert.ok(oracle > perTask + 0.03, `oracle ${oracle}, per task ${perTask}`);
  }
});

test('simple queries can go to a cheap LLM: it does well where difficulty is low', () => {
  const rng = createRng(4);
  const small = createLlms(rng, 8).find((llm) => llm.profile.id === 'sim/comet-3b')!;
  const queries = Array.from({ length: 2000 }, (_, i) => writeQuery(rng, i % TASKS.length)).toSorted(
    (a, b) => a.difficulty - b.difficulty,
  );
  const scores = queries.map((query) => expectedScore(small, query));
  assert.ok(mean(scores.slice(0, 200)) > 0.7);
  assert.ok(mean(scores.slice(-200)) < 0.1);
});

test('difficulty shows in the text: within a task, long queries are harder', () => {
  const rng = createRng(8);
  for (const id of ['word-problems', 'code-writing', 'translation', 'summarization', 'extraction']) {
    const index = TASKS.findIndex((task) => task.id === id);
    const queries = Array.from({ length: 600 }, () => writeQuery(rng, index)).toSorted(
      (a, b) => a.text.length - b.text.length,
    );
    const [short, long] = [queries.slice(0, 150), queries.slice(-150)].map((part) =>
      mean(part.map((query) => query.difficulty)),
    );
    assert.ok(long! > short! + 0.1, `${id}: ${short} ${long}`);
  }
});

test('cost follows price and tokens; now and then an answer fails', () => {
  const { profiles, rows } = simulate({ seed: 1 });
  const failed = rows.filter((row) => row.error !== undefined);
  assert.ok(
    failed.length > 5 && failed.length < 100 && failed.every((row) => row.score === 0 && row.cost_usd === undefined),
  );
  for (const row of rows.slice(0, 200)) {
    if (row.error !== undefined) continue;
    const { input_price, output_price } = profiles.find((profile) => profile.id === row.model)!;
    assert.ok(
      Math.abs(row.cost_usd! - (row.prompt_tokens! * input_price! + row.completion_tokens! * output_price!) / 1e6) <
        1e-9,
    );
    assert.ok(row.latency_ms! > 0);
  }
});

test('more LLMs than the roster are versions of it, each with its own id and skill', () => {
  const llms = createLlms(createRng(2), 30);
  assert.equal(new Set(llms.map((llm) => llm.profile.id)).size, 30);
  assert.notDeepEqual(llms[0]!.skill, llms[8]!.skill);
  assert.equal(llms[8]!.profile.id, 'sim/summit-140b-v2');
});

test('there are as many different queries as are allowed', () => {
  const { rows } = simulate({ seed: 9, llms: 1, queries: 20_000 });
  assert.equal(new Set(rows.map((row) => row.query)).size, 20_000);
});

test('refuses sizes out of range', () => {
  for (const [field, options] of [
    ['queries', { queries: 0 }],
    ['queries', { queries: 20_001 }],
    ['queries', { queries: 1.5 }],
    ['llms', { llms: 1001 }],
  ] as const)
    assert.throws(
      () => simulate({ seed: 1, ...options }),
      (error: PointsmanError) =>
        error.code === 'invalid_request' && error.message.startsWith(`${field}: expected an integer from 1 to`),
    );
});

test('a ledger takes it whole', async (t) => {
  const ledger = await tempLedger(t);
  const simulation = simulate({ seed: 1, llms: 4, queries: 80 });
  await loadSimulation(ledger, simulation);
  assert.deepEqual(await ledger.feedback.counts(), { interactions: 320, preferences: 0, queries: 80 });
  const rows = await ledger.snapshot.read();
  assert.deepEqual(
    rows.llms.map((llm) => llm.id),
    simulation.profiles.map((profile) => profile.id).toSorted(),
  );
  assert.equal(rows.tasks.length, 8);
  assert.equal(rows.taskDomains.length, 8);
  assert.ok(rows.tasks.every((task) => task.description !== ''));
  assert.equal(rows.scores.count.length, 320);
});
