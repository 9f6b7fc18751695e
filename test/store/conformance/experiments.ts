import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ExperimentBody } from '../../../src/schema/experiment.js';
import type { ArmResult, KeptExperiment } from '../../../src/store/ports/experiments.js';
import type { FeedbackRecord } from '../../../src/store/ports/feedback.js';
import type { Ledger } from '../../../src/store/ports/index.js';
import { decisionRecord } from '../../support/decision.js';
import { interaction, signal, START } from '../support.js';
import { artifact } from './artifacts.js';
import { testBusy, type StoreUnderTest } from './store-under-test.js';

const canary = (more: Record<string, unknown> = {}): ExperimentBody =>
  ExperimentBody.parse({ kind: 'canary', candidate: { policy: 'cost' }, ...more });
const ab = (share = 1): ExperimentBody =>
  ExperimentBody.parse({
    kind: 'ab',
    arms: [
      { name: 'a', share },
      { name: 'b', share: 1, policy: 'cost' },
    ],
  });

const RUNNING = { state: 'running', step: 0, startedAt: START } as const;
const AUDIT = {
  actor: { via: 'service', key: null, name: 'experiments', address: null },
  action: 'experiment',
  target: '/v1/experiments/e',
  before: null,
  after: { state: 'promoted' },
} as const;

const decided = ({ decisions }: Ledger, id: string, more: Record<string, unknown> = {}) =>
  decisions.append([
    decisionRecord(id, {
      at: START,
      experiment: 'e',
      arm: 'candidate',
      unit: Number(id.slice(-4)) / 1e4,
      model: 'm',
      ...more,
    }),
  ]);
const posted = ({ feedback }: Ledger, ...records: FeedbackRecord[]) => feedback.append([{ records }]);
const answer = (decision: string, score: number | undefined, more: Record<string, unknown> = {}) =>
  interaction('q', 'm', score, { decision_id: uuidOf(decision), ...more });
const thumb = (decision: string, value: number, more: Record<string, unknown> = {}) =>
  signal('q', 'm', value, { decision_id: uuidOf(decision), ...more });

/** Ids that feedback may name. */
const uuidOf = (name: string): string => `01900000-0000-7000-8000-${name.padStart(12, '0')}`;

async function candidate({ experiments }: Ledger): Promise<ArmResult> {
  return (await experiments.results('e')).find(({ arm }) => arm === 'candidate')!;
}

export function describeExperimentStore(store: StoreUnderTest): void {
  describe('experiments', () => {
    test('one is started, read back, and listed after those that are older', async (t) => {
      const { ledger, time } = await store.open(t);
      const { experiments } = ledger;
      assert.deepEqual(await experiments.list(), []);
      assert.equal(await experiments.get('e'), undefined);
      assert.equal(await experiments.put('e', canary()), 'started');
      time.now += 5;
      assert.equal(await experiments.put('a', ab()), 'started');
      const expected: KeptExperiment = {
        name: 'e',
        body: canary(),
        state: 'running',
        step: 0,
        startedAt: START,
        stepAt: START,
        endedAt: null,
        why: 'started',
      };
      assert.deepEqual(await experiments.get('e'), expected);
      assert.deepEqual(
        (await experiments.list()).map(({ name }) => name),
        ['e', 'a'],
      );
      assert.deepEqual(await experiments.history('e'), [{ at: START, state: 'running', step: 0, why: 'started' }]);
      assert.deepEqual(await experiments.results('e'), []);
    });

    test('while it runs, only what its results do not rest on may change', async (t) => {
      const { experiments } = (await store.open(t)).ledger;
      await experiments.put('e', canary());
      assert.equal(await experiments.put('e', canary()), 'same');
      const looser = canary({ margins: { quality: 0.1 }, until: '2027-01-01T00:00:00Z', promote: 'manual' });
      assert.equal(await experiments.put('e', looser), 'changed');
      assert.deepEqual((await experiments.get('e'))!.body, looser);
      assert.deepEqual(await experiments.put('e', canary({ candidate: { policy: 'latency' } })), {
        refused: ['candidate'],
      });
      assert.deepEqual(await experiments.put('e', canary({ of: 'cost', unit: 'key' })), { refused: ['unit', 'of'] });
      const refused = await experiments.put('e', ab());
      assert.ok(typeof refused === 'object' && refused.refused.includes('kind'));
      assert.deepEqual((await experiments.get('e'))!.body, looser);
    });

    test('it moves on from where it is, once, and its history tells why', async (t) => {
      const { ledger, time, openAgain } = await store.open(t);
      const other = await openAgain();
      await ledger.experiments.put('e', canary());
      time.now += 10;
      const to = { state: 'running', step: 1, why: 'enough answers' } as const;
      const both = await Promise.all([ledger, other].map(({ experiments }) => experiments.move('e', RUNNING, to)));
      assert.deepEqual(both.toSorted(), [false, true]);
      assert.deepEqual(
        { ...(await other.experiments.get('e'))!, body: null },
        {
          name: 'e',
          body: null,
          state: 'running',
          step: 1,
          startedAt: START,
          stepAt: START + 10,
          endedAt: null,
          why: 'enough answers',
        },
      );
      time.now += 10;
      const ended = { state: 'rolled_back', step: 1, why: 'worse' } as const;
      assert.equal(await ledger.experiments.move('e', { ...RUNNING, step: 1, startedAt: 1 }, ended), false);
      assert.equal(await ledger.experiments.move('e', { ...RUNNING, step: 1 }, ended), true);
      assert.equal((await ledger.experiments.get('e'))!.endedAt, START + 20);
      assert.deepEqual(
        (await ledger.experiments.history('e')).map(({ at, why }) => [at - START, why]),
        [
          [0, 'started'],
          [10, 'enough answers'],
          [20, 'worse'],
        ],
      );
      assert.equal(await ledger.experiments.move('never', RUNNING, ended), false);
    });

    test('a promotion comes into force with its policy, version and audit, or not at all', async (t) => {
      const { experiments, policies, artifacts, audit } = (await store.open(t)).ledger;
      await experiments.put('e', canary());
      const policy = { name: 'quality', body: { cost_weight: 0.5 } };
      const promoted = { state: 'promoted', step: 0, why: 'not worse', audit: AUDIT } as const;
      await assert.rejects(
        experiments.move('e', RUNNING, { ...promoted, promotes: { policies: [policy], version: 'f'.repeat(16) } }),
        { code: 'version_not_found' },
      );
      assert.equal((await experiments.get('e'))!.state, 'running');
      assert.deepEqual(await policies.list(), new Map());
      const { version } = artifact('b', '2026-01-01T00:00:00Z');
      await artifacts.register([{ ...artifact('b', '2026-01-01T00:00:00Z'), active: false }]);
      assert.equal(
        await experiments.move('e', RUNNING, { ...promoted, promotes: { policies: [policy], version } }),
        true,
      );
      assert.deepEqual(await policies.list(), new Map([['quality', policy.body]]));
      assert.equal(await artifacts.activeVersion(), version);
      const { at: _at, id: _id, ...entry } = (await audit.list({ limit: 1 }))[0]!;
      assert.deepEqual(entry, AUDIT);
    });

    test('decisions of an arm are counted by LLM, once each', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.experiments.put('e', canary());
      for (const id of ['1', '1', '2']) await decided(ledger, uuidOf(id));
      await decided(ledger, uuidOf('3'), { model: 'n', arm: 'control' });
      await decided(ledger, uuidOf('4'), { at: START - 1 });
      await decided(ledger, uuidOf('5'), { experiment: 'never' });
      await decided(ledger, uuidOf('6'), { experiment: null, arm: null });
      assert.deepEqual(
        (await ledger.experiments.results('e')).map(({ sums: _sums, tasks: _tasks, ...rest }) => rest),
        [
          { arm: 'candidate', decisions: 2, apart: 2, answers: 0, stepAnswers: 0, models: [['m', 2]] },
          { arm: 'control', decisions: 1, apart: 1, answers: 0, stepAnswers: 0, models: [['n', 1]] },
        ],
      );
    });

    test('each decision is one value of a measure, whatever feedback comes of it, and in which order', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.experiments.put('e', canary());
      await posted(ledger, answer('2', undefined, { latency_ms: 100, cost_usd: 0.5 }), thumb('2', 0));
      for (const id of ['1', '2', '3']) await decided(ledger, uuidOf(id));
      await posted(ledger, answer('1', 1, { latency_ms: 100, cost_usd: 1 }));
      await posted(ledger, thumb('1', 0, { weight: 0.25 }), answer('3', undefined, { error: 'down' }));
      const { answers, sums, decisions } = await candidate(ledger);
      assert.deepEqual([decisions, answers], [3, 3]);
      const close = (sum: { n: number; mean: number; m2: number }, values: number[]): void => {
        const mean = values.reduce((a, b) => a + b, 0) / values.length;
        assert.equal(sum.n, values.length);
        assert.ok(Math.abs(sum.mean - mean) < 1e-12);
        assert.ok(Math.abs(sum.m2 - values.reduce((a, b) => a + (b - mean) ** 2, 0)) < 1e-12);
      };
      close(sums.quality, [1 / 1.25, 0]);
      close(sums.errors, [0, 0, 1]);
      close(sums.latency, [Math.log(100), Math.log(100)]);
      close(sums.cost, [1, 0.5]);
    });

    test('a unit counts once, by the mean of its decisions, and once on each task', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.experiments.put('e', canary());
      const unit = 0.25;
      await decided(ledger, uuidOf('1'), { unit, task: 'sums' });
      await decided(ledger, uuidOf('2'), { unit, task: 'verse' });
      await decided(ledger, uuidOf('3'), { task: 'sums' });
      await posted(ledger, answer('1', 1), answer('2', 0));
      await posted(ledger, answer('3', 1));
      const half = { n: 1, mean: 0.5, m2: 0 };
      let { sums, tasks } = await candidate(ledger);
      assert.deepEqual(
        [sums.quality, tasks],
        [
          { n: 2, mean: 0.75, m2: 0.125 },
          [
            ['sums', { n: 2, mean: 1, m2: 0 }],
            ['verse', { n: 1, mean: 0, m2: 0 }],
          ],
        ],
      );
      await posted(ledger, answer('3', 0), thumb('2', 1));
      ({ sums, tasks } = await candidate(ledger));
      assert.deepEqual(tasks[1], ['verse', half]);
      assert.deepEqual(sums.quality, { n: 2, mean: 0.625, m2: 0.03125 });
    });

    test('a decision that both arms would make alike counts among decisions and answers, and in no sums', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.experiments.put('e', canary());
      await decided(ledger, uuidOf('1'), { apart: false, task: 'sums' });
      await decided(ledger, uuidOf('2'), { apart: true });
      await decided(ledger, uuidOf('3'));
      await posted(ledger, answer('1', 1), answer('2', 0), answer('3', 1), answer('4', 1));
      await decided(ledger, uuidOf('4'), { apart: false });
      const { decisions, apart, answers, sums, tasks } = await candidate(ledger);
      assert.deepEqual([decisions, apart, answers, sums.quality.n, tasks], [4, 2, 4, 2, []]);
      assert.equal(sums.quality.mean, 0.5);
    });

    test('a batch that is repeated by its key counts once', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.experiments.put('e', canary());
      await decided(ledger, uuidOf('1'));
      const batch = { records: [answer('1', 1)], key: 'k', requestHash: 'h' };
      await ledger.feedback.append([batch, batch]);
      await ledger.feedback.append([batch]);
      assert.equal((await candidate(ledger)).sums.quality.n, 1);
    });

    test('answers of a step are of decisions that were made in it', async (t) => {
      const { ledger, time } = await store.open(t);
      await ledger.experiments.put('e', canary());
      for (const id of ['1', '2']) await decided(ledger, uuidOf(id));
      await posted(ledger, answer('1', 1));
      assert.equal((await candidate(ledger)).stepAnswers, 1);
      time.now += 10;
      await ledger.experiments.move('e', RUNNING, { state: 'running', step: 1, why: 'enough' });
      await posted(ledger, answer('2', 1));
      await decided(ledger, uuidOf('3'), { at: START + 11 });
      await posted(ledger, answer('3', 1));
      const { answers, stepAnswers } = await candidate(ledger);
      assert.deepEqual([answers, stepAnswers], [3, 1]);
    });

    test('one that is over starts anew with nothing, and one that is removed has nothing', async (t) => {
      const { ledger, time } = await store.open(t);
      const { experiments } = ledger;
      await experiments.put('e', canary());
      await decided(ledger, uuidOf('1'));
      await posted(ledger, answer('1', 1));
      await experiments.move('e', RUNNING, { state: 'ended', step: 0, why: 'asked' });
      time.now += 10;
      assert.equal(await experiments.put('e', ab()), 'started');
      await posted(ledger, answer('1', 1));
      assert.deepEqual(await experiments.results('e'), []);
      assert.equal((await experiments.history('e')).length, 1);
      assert.equal(await experiments.delete('e'), true);
      assert.equal(await experiments.delete('e'), false);
      assert.deepEqual([await experiments.list(), await experiments.history('e')], [[], []]);
    });

    test('decisions are listed by their experiment', async (t) => {
      const { ledger } = await store.open(t);
      await decided(ledger, uuidOf('1'), { policy: 'p' });
      await decided(ledger, uuidOf('2'));
      await decided(ledger, uuidOf('3'), { experiment: null, arm: null });
      const listed = async (filter: Record<string, string>) =>
        (await ledger.decisions.list({ ...filter, limit: 9 })).map(({ id }) => id);
      assert.deepEqual(await listed({ experiment: 'e' }), [uuidOf('2'), uuidOf('1')]);
      assert.deepEqual(await listed({ experiment: 'e', policy: 'p', model: 'm' }), [uuidOf('1')]);
      assert.deepEqual(await listed({ experiment: 'f' }), []);
    });

    testBusy(
      store,
      {
        put: ({ experiments }) => experiments.put('f', canary()),
        move: ({ experiments }) => experiments.move('e', RUNNING, { state: 'paused', step: 0, why: 'asked' }),
        delete: ({ experiments }) => experiments.delete('e'),
      },
      ({ ledger }) => ledger.experiments.put('e', canary()),
    );
  });
}
