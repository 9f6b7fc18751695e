import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { openExperimentRunner } from '../../src/experiments/runner.js';
import { ExperimentBody } from '../../src/schema/experiment.js';
import type { Ledger } from '../../src/store/ports/index.js';
import { keptLog } from '../decision/parts.js';
import { artifact } from '../store/conformance/artifacts.js';
import { interaction, openFor, START, tempFolder } from '../store/support.js';
import { decisionRecord } from '../support/decision.js';

const STEPS = [
  { share: 0.1, answers: 20 },
  { share: 0.5, answers: 20 },
];
/** So wide that some hundred answers say that nothing is worse. */
const WIDE = { quality: 0.5, errors: 0.5, latency: 10, cost: 10 };
const canary = (more: Record<string, unknown> = {}): ExperimentBody =>
  ExperimentBody.parse({ kind: 'canary', candidate: { policy: 'cost' }, steps: STEPS, margins: WIDE, ...more });
const ab = (more: Record<string, unknown> = {}): ExperimentBody =>
  ExperimentBody.parse({
    kind: 'ab',
    arms: [
      { name: 'now', share: 1 },
      { name: 'thrifty', share: 1, policy: 'cost' },
    ],
    ...more,
  });

async function opened(t: TestContext) {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const time = { now: START };
  const open = async () => {
    const ledger = await openFor(t, path, { clock: () => time.now });
    const runner = openExperimentRunner({ ledger, clock: () => time.now, log: keptLog().log });
    return { ledger, runner };
  };
  let made = 0;
  /** Decisions of an arm, each of a unit of its own, and what came of them. */
  async function answers(
    ledger: Ledger,
    arm: string,
    scores: readonly number[],
    { task = null, apart = null }: { task?: string | null; apart?: boolean | null } = {},
  ) {
    const ids = scores.map(() => `01900000-0000-7000-8000-${String(++made).padStart(12, '0')}`);
    const records = ids.map((id) =>
      decisionRecord(id, { at: time.now, experiment: 'e', arm, unit: Number(id.slice(-6)) / 1e6, task, apart }),
    );
    await ledger.decisions.append(records);
    const rows = ids.map((id, i) => interaction(`q${id}`, 'm', scores[i], { decision_id: id, latency_ms: 100 + i }));
    await ledger.feedback.append([{ records: rows }]);
  }
  return { ...(await open()), open, time, answers };
}

/** Scores of this mean. */
const scores = (n: number, mean: number): number[] =>
  Array.from({ length: n }, (_, i) => (i % 100 < 100 * mean ? 1 : 0));

describe('an experiment goes on by itself', () => {
  test('a canary steps up once its step has its answers, and is promoted after the last', async (t) => {
    const { ledger, runner, time, answers } = await opened(t);
    await ledger.experiments.put('e', canary());
    await answers(ledger, 'control', scores(500, 0.7));
    await answers(ledger, 'candidate', scores(19, 0.7));
    await runner.look();
    assert.equal((await ledger.experiments.get('e'))!.step, 0);
    time.now += 10;
    await answers(ledger, 'candidate', scores(1, 1));
    await runner.look();
    await runner.look();
    const { step, state, why } = (await ledger.experiments.get('e'))!;
    assert.deepEqual([step, state, why], [1, 'running', '20 answers in step 1: on to a share of 0.5']);
    time.now += 10;
    await answers(ledger, 'candidate', scores(500, 0.7));
    await runner.look();
    const over = (await ledger.experiments.get('e'))!;
    assert.equal(over.state, 'promoted');
    assert.match(over.why, /^policy quality has the rules of cost: within the margins: quality /);
    assert.deepEqual(await ledger.policies.list(), new Map([['quality', { cost_weight: 0.5 }]]));
    const { entries } = { entries: await ledger.audit.list({ limit: 9 }) };
    assert.deepEqual(
      entries.map(({ action, actor }) => [action, actor.name]),
      [
        ['experiment promoted', 'experiments'],
        ['experiment running', 'experiments'],
      ],
    );
  });

  test('one that is to be promoted by hand waits', async (t) => {
    const { ledger, runner, answers } = await opened(t);
    await ledger.experiments.put('e', canary({ promote: 'manual', steps: [STEPS[0]] }));
    await answers(ledger, 'control', scores(500, 0.7));
    await answers(ledger, 'candidate', scores(500, 0.7));
    await runner.look();
    assert.equal((await ledger.experiments.get('e'))!.state, 'running');
  });

  test('a promoted version is active', async (t) => {
    const { ledger, runner, answers } = await opened(t);
    const made = artifact('b', '2026-01-01T00:00:00Z');
    await ledger.artifacts.register([{ ...made, active: false }]);
    await ledger.experiments.put('e', canary({ candidate: { version: made.version }, steps: [STEPS[0]] }));
    await answers(ledger, 'control', scores(500, 0.7));
    await answers(ledger, 'candidate', scores(500, 0.7));
    await runner.look();
    assert.equal(await ledger.artifacts.activeVersion(), made.version);
  });

  test('one that is worse on one task is rolled back for it', async (t) => {
    const { ledger, runner, answers } = await opened(t);
    await ledger.experiments.put('e', canary({ margins: { ...WIDE, quality: 0.2 } }));
    for (const arm of ['control', 'candidate']) await answers(ledger, arm, scores(2000, 0.7), { task: 'verse' });
    await answers(ledger, 'control', scores(300, 0.7), { task: 'code' });
    await answers(ledger, 'candidate', scores(300, 0.3), { task: 'code' });
    await runner.look();
    const { state, why } = (await ledger.experiments.get('e'))!;
    assert.equal(state, 'rolled_back');
    assert.match(why, /^worse: quality -40\.0 points .* on code$/);
  });

  test('margins are of all queries, as much wider where only those count on which arms differ', async (t) => {
    const { ledger, runner, answers } = await opened(t);
    await ledger.experiments.put('e', canary({ margins: { ...WIDE, quality: 0.05 } }));
    for (const arm of ['control', 'candidate']) await answers(ledger, arm, scores(1000, 0.7), { apart: false });
    await answers(ledger, 'control', scores(250, 0.7), { apart: true });
    await answers(ledger, 'candidate', scores(250, 0.55), { apart: true });
    await runner.look();
    const open = (await ledger.experiments.get('e'))!;
    assert.equal(open.state, 'running', '15 points of a fifth of all are 3 of all, within the margin of 5');
    await answers(ledger, 'candidate', scores(250, 0.1), { apart: true });
    await runner.look();
    const { state, why } = (await ledger.experiments.get('e'))!;
    assert.equal(state, 'rolled_back');
    assert.match(why, /^worse: quality -3\d\.\d points .* 500 and 250 answers/);
  });

  test('of two processes that look at once, one moves it', async (t) => {
    const { ledger, runner, open, answers } = await opened(t);
    const other = await open();
    await ledger.experiments.put('e', canary());
    await answers(ledger, 'control', scores(500, 0.9));
    await answers(ledger, 'candidate', scores(500, 0.1));
    await Promise.all([runner.look(), other.runner.look(), other.runner.look()]);
    assert.equal((await other.ledger.experiments.get('e'))!.state, 'rolled_back');
    assert.equal((await ledger.experiments.history('e')).length, 2);
    assert.equal((await ledger.audit.list({ limit: 9 })).length, 1);
  });

  test('an A/B test ends once its arms are told apart, unless somebody is to end it', async (t) => {
    for (const stop of ['auto', 'manual']) {
      const { ledger, runner, answers } = await opened(t);
      await ledger.experiments.put('e', ab({ stop }));
      await answers(ledger, 'now', scores(300, 0.8));
      await runner.look();
      assert.equal((await ledger.experiments.get('e'))!.state, 'running');
      await answers(ledger, 'thrifty', scores(300, 0.3));
      await runner.look();
      const { state, why } = (await ledger.experiments.get('e'))!;
      assert.equal(state, stop === 'auto' ? 'ended' : 'running');
      if (stop === 'auto')
        assert.match(why, /^all arms are told from the first: thrifty is worse: quality -50\.0 points/);
    }
  });

  test('any kind ends at its date, paused or not', async (t) => {
    const { ledger, runner, time } = await opened(t);
    const until = new Date(START + 1000).toISOString();
    await ledger.experiments.put('e', canary({ until }));
    await ledger.experiments.put('s', ExperimentBody.parse({ kind: 'shadow', candidate: { policy: 'cost' }, until }));
    await ledger.experiments.put('forever', canary());
    const from = { state: 'running', step: 0, startedAt: START } as const;
    await ledger.experiments.move('e', from, { state: 'paused', step: 0, why: 'asked' });
    time.now += 999;
    await runner.look();
    time.now += 1;
    await runner.look();
    const states = (await ledger.experiments.list()).map(({ name, state, endedAt }) => [name, state, endedAt]);
    assert.deepEqual(states, [
      ['e', 'ended', START + 1000],
      ['s', 'ended', START + 1000],
      ['forever', 'running', null],
    ]);
  });

  test('one whose policy is gone holds up no other', async (t) => {
    const { ledger, answers, time } = await opened(t);
    const { log, lines } = keptLog();
    const runner = openExperimentRunner({ ledger, clock: () => time.now, log });
    await ledger.experiments.put('e', canary({ candidate: { policy: 'gone' }, steps: [STEPS[0]] }));
    await ledger.experiments.put('later', canary({ until: new Date(START + 1).toISOString() }));
    await answers(ledger, 'control', scores(500, 0.7));
    await answers(ledger, 'candidate', scores(500, 0.7));
    time.now += 1;
    await runner.look();
    assert.match(lines.join(''), /an experiment was not moved on; it is tried again/);
    assert.equal((await ledger.experiments.get('e'))!.state, 'running');
    assert.equal((await ledger.experiments.get('later'))!.state, 'ended');
  });
});
