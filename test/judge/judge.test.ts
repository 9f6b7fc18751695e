import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { PointsmanError } from '../../src/base/errors.js';
import { createGrader, type GraderParts } from '../../src/judge/grader.js';
import { createJudge } from '../../src/judge/judge.js';
import { rememberCorrection } from '../../src/judge/pairs.js';
import { judgeStatus } from '../../src/judge/status.js';
import type { JudgeJob } from '../../src/schema/judge.js';
import { JudgeSettings } from '../../src/schema/judge.js';
import { SignalSettings } from '../../src/schema/signals.js';
import { keptLog } from '../decision/parts.js';
import { startService, type Service } from '../http/service.js';
import { judgeJob } from '../queue/judge-conformance.js';
import { startProvider, type Asked, type Provider } from './provider.js';

const JUDGE = 'b/large';

interface Bench {
  service: Service;
  provider: Provider;
  lines: string[];
  judge(job: JudgeJob, signal?: AbortSignal): Promise<void>;
}

interface BenchOptions {
  settings?: object;
  say?: (asked: Asked, n: number) => string | Promise<string>;
  costUsd?: number | null;
  parts?: Partial<GraderParts>;
}

/** A judge over a real ledger and feedback service, and a real server that it asks. */
async function bench(t: TestContext, { settings = {}, say, costUsd, parts }: BenchOptions = {}): Promise<Bench> {
  const service = await startService();
  t.after(() => service.remove());
  const { ledger, feedback, clock } = service;
  await ledger.settings.put('judge', JudgeSettings.parse({ enabled: true, model: JUDGE, ...settings }));
  const provider = await startProvider(t, say ?? (() => '{"reason": "", "grade": 8}'), costUsd);
  const { log, lines } = keptLog();
  const correctionOf = rememberCorrection(ledger.judge, clock);
  const grade = createGrader({ ledger, ask: provider.ask, correctionOf, clock, log, ...parts });
  const handler = createJudge({ ledger, grade, post: feedback.post, clock });
  const judge = (job: JudgeJob, signal = new AbortController().signal) => handler(job, { attempt: 1, signal });
  return { service, provider, lines, judge };
}

/** What came of a decision, whenever it came. */
const outcomesOf = async ({ ledger }: Service, { decision }: JudgeJob) =>
  (await ledger.decisions.outcomes([decision])).get(decision)!.map((outcome) => ({ ...outcome, at: '' }));

const signalOf = (model: string, score: number) => ({
  model,
  score,
  cost_usd: null,
  latency_ms: null,
  error: null,
  at: '',
  signal: 'judge',
  source: JUDGE,
  weight: 0.5,
});

describe('an answer that is judged', () => {
  test('has its grade as a signal of the judge, and is kept as a verdict without any text', async (t) => {
    const { service, provider, judge } = await bench(t);
    const job = judgeJob(1, { task: 'sums', answer: 'sesame', second: 'a/middle' });
    await judge(job);
    assert.deepEqual(await outcomesOf(service, job), [signalOf('a/small', 0.8)]);
    const { at, form, ...verdict } = (await service.ledger.judge.verdict(job.decision))!;
    assert.deepEqual(verdict, {
      decision: job.decision,
      model: 'a/small',
      judge: JUDGE,
      against: null,
      raw: 0.8,
      value: 0.8,
    });
    assert.ok(Math.abs(at - Date.now()) < 5_000 && /^[0-9a-f]{16}$/.test(form));
    const [asked] = provider.asked;
    assert.equal(provider.asked.length, 1);
    assert.deepEqual([asked!.model, asked!.response_format?.type], [JUDGE, 'json_schema']);
    assert.ok(JSON.stringify(asked!.messages).includes('sesame') && !JSON.stringify(asked).includes('a/small'));
    const { spentUsd, judged, dropped } = await service.ledger.judge.today();
    assert.deepEqual([spentUsd.toFixed(6), judged, dropped], ['0.010000', 1, 0]);
  });

  test('is posted once, though its job is done again, and asked about once', async (t) => {
    let posts = 0;
    const { service, provider, judge } = await bench(t);
    const { feedback, ledger, clock } = service;
    const grade = createGrader({
      ledger,
      ask: provider.ask,
      correctionOf: async () => null,
      clock,
      log: keptLog().log,
    });
    const failing = createJudge({
      ledger,
      grade,
      async post(...args) {
        if (++posts === 1) throw new PointsmanError('ledger_busy', 'another process is writing');
        const receipt = await feedback.post(...args);
        if (posts === 2) throw new PointsmanError('ledger_busy', 'written, but nobody heard of it');
        return receipt;
      },
      clock,
    });
    const signal = new AbortController().signal;
    const job = judgeJob(1);
    await assert.rejects(failing(job, { attempt: 1, signal }), { code: 'ledger_busy' });
    await assert.rejects(failing(job, { attempt: 2, signal }), { code: 'ledger_busy' });
    await failing(job, { attempt: 3, signal });
    await judge(job);
    assert.equal(provider.asked.length, 1);
    assert.deepEqual(await outcomesOf(service, job), [signalOf('a/small', 0.8)]);
    assert.equal((await ledger.judge.today()).judged, 1);
  });

  test('costs what it cost, also where nothing came of it, and is judged by another try', async (t) => {
    const answers = ['I would rather not say.', '{"grade": 99}', '{"grade": 5}'];
    const { service, lines, judge } = await bench(t, { say: (_, n) => answers[n - 1]! });
    const job = judgeJob(1, { answer: 'sesame' });
    for (const said of [23, 13])
      await assert.rejects(judge(job), (error: Error) => {
        assert.equal(error.message, `the judge b/large said ${said} characters in which there is no grade`);
        return true;
      });
    await judge(job);
    const { spentUsd, judged } = await service.ledger.judge.today();
    assert.deepEqual([spentUsd.toFixed(6), judged], ['0.030000', 1]);
    assert.ok(!lines.join('').includes('sesame'));
  });

  test('gives back what was claimed where the judge does not answer, or the worker stops', async (t) => {
    const { service, judge } = await bench(t, {
      say: (_, n) => {
        if (n === 1) throw new Error('500');
        return new Promise(() => {});
      },
    });
    await assert.rejects(judge(judgeJob(1)), /HTTP 500/);
    const stop = new AbortController();
    const running = judge(judgeJob(2), stop.signal);
    stop.abort();
    await assert.rejects(running, { name: 'AbortError' });
    assert.equal((await service.ledger.judge.today()).spentUsd.toFixed(9), '0.000000000');
    assert.equal(await service.ledger.judge.verdict(judgeJob(1).decision), undefined);
  });

  test('is dropped over the budget, which many at once never pass', async (t) => {
    // Of b/large, a million tokens cost 10 dollars in and 100 out: some 0.2 for a grade at most.
    const days: string[] = [];
    const { service, provider, judge } = await bench(t, {
      settings: { budget_usd_per_day: 1 },
      costUsd: 0.2,
      parts: { onExhausted: (day) => days.push(day) },
    });
    await Promise.all(Array.from({ length: 40 }, (_, n) => judge(judgeJob(n))));
    const { day, spentUsd, judged, dropped } = await service.ledger.judge.today();
    assert.ok(spentUsd <= 1 && judged > 1 && judged < 6, `${judged} for ${spentUsd}`);
    assert.deepEqual([judged + dropped, provider.asked.length], [40, judged]);
    assert.deepEqual([days.length, new Set(days)], [dropped, new Set([day])]);
  });

  test('of an LLM without a price counts as if it had a usual one, so that the budget holds', async (t) => {
    const { service, judge } = await bench(t, { settings: { model: 'nobody/knows' }, costUsd: null });
    await judge(judgeJob(1));
    const { spentUsd } = await service.ledger.judge.today();
    assert.ok(spentUsd > 0.0005 && spentUsd < 0.01, String(spentUsd));
  });

  test('is left alone where judging is off, or its texts may be kept no longer', async (t) => {
    const { service, provider, judge } = await bench(t);
    await judge(judgeJob(1, { keepUntil: service.clock() - 1 }));
    await service.ledger.settings.put('judge', JudgeSettings.parse({ model: JUDGE }));
    await judge(judgeJob(2));
    assert.equal(provider.asked.length, 0);
    assert.equal((await service.ledger.judge.today()).dropped, 1);
  });

  test('weighs what the settings of signals say, and is no signal where that is nothing', async (t) => {
    const { service, judge } = await bench(t);
    const { ledger } = service;
    const { decision, query, model } = judgeJob(1);
    await judge(judgeJob(1));
    await service.feedback.post({ decision_id: decision, query, model, signal: 'thumb', source: 'user', value: false });
    const mean = async (): Promise<number> => (await ledger.feedback.stats()).find(({ id }) => id === model)!.meanScore;
    assert.equal((await mean()).toFixed(6), ((0.5 * 0.8) / 1.5).toFixed(6));
    await ledger.settings.put('signals', SignalSettings.parse({ judge: { weight: 0 } }));
    await judge(judgeJob(2));
    assert.deepEqual(await outcomesOf(service, judgeJob(2)), []);
    assert.ok((await ledger.judge.verdict(judgeJob(2).decision)) !== undefined);
  });
});

describe('an answer that is compared', () => {
  const settings = { mode: 'pairwise' };
  /** A judge that finds what says `good` better, or always the first. */
  const sayOf =
    (prefers: 'good' | 'first', other = 'bad') =>
    ({ model, messages }: Asked): string => {
      if (model !== JUDGE) return other;
      const text = messages[1]!.content;
      const isFirst = prefers === 'first' || text.indexOf('good') < text.indexOf('bad');
      return JSON.stringify({ grade_a: isFirst ? 9 : 2, grade_b: isFirst ? 2 : 9 });
    };
  const job = judgeJob(1, { answer: 'good', second: 'a/middle' });

  test('is preferred where it is better in both orders, shown blindly', async (t) => {
    const { service, provider, judge } = await bench(t, { settings, say: sayOf('good') });
    await judge(job);
    assert.deepEqual(await outcomesOf(service, job), [signalOf('a/small', 1)]);
    const { preferences } = await service.ledger.feedback.counts();
    assert.equal(preferences, 1);
    const stats = await service.ledger.feedback.stats();
    assert.deepEqual(
      stats.map(({ id, wins, losses }) => [id, wins, losses]),
      [
        ['a/middle', 0, 1],
        ['a/small', 1, 0],
        ['b/large', 0, 0],
      ],
    );
    const [second, first, swapped] = provider.asked;
    assert.deepEqual([second!.model, second!.messages], ['a/middle', job.messages]);
    assert.ok(!JSON.stringify([first, swapped]).includes('a/'));
    const order = (asked: Asked): boolean =>
      asked.messages[1]!.content.indexOf('good') < asked.messages[1]!.content.indexOf('bad');
    assert.deepEqual([order(first!), order(swapped!)], [true, false]);
    assert.equal((await service.ledger.judge.today()).spentUsd.toFixed(6), '0.030000');
    assert.equal((await service.ledger.judge.verdict(job.decision))!.against, 'a/middle');
  });

  test('loses where the other is better', async (t) => {
    const { service, judge } = await bench(t, { settings, say: sayOf('good', 'good') });
    const worse = { ...job, answer: 'bad' };
    await judge(worse);
    assert.deepEqual(await outcomesOf(service, worse), [signalOf('a/small', 0)]);
    const stats = await service.ledger.feedback.stats();
    assert.equal(stats.find(({ id }) => id === 'a/middle')!.wins, 1);
  });

  test('is as good where the order decides', async (t) => {
    const { service, judge } = await bench(t, { settings, say: sayOf('first') });
    await judge(job);
    assert.deepEqual(await outcomesOf(service, job), [signalOf('a/small', 0.5)]);
    assert.equal((await service.ledger.feedback.counts()).preferences, 0);
  });

  test('wins over one that says nothing, and is graded by itself where there is no other', async (t) => {
    const { service, provider, judge } = await bench(t, {
      settings,
      say: ({ model }) => (model === JUDGE ? '{"grade": 3}' : ' '),
    });
    await judge(job);
    assert.deepEqual(await outcomesOf(service, job), [signalOf('a/small', 1)]);
    const alone = judgeJob(2);
    await judge(alone);
    assert.deepEqual(await outcomesOf(service, alone), [signalOf('a/small', 0.3)]);
    assert.equal(provider.asked.length, 2);
    const [a, b] = await Promise.all([job, alone].map(({ decision }) => service.ledger.judge.verdict(decision)));
    assert.notEqual(a!.form, b!.form);
  });
});

describe('the bias of a judge', () => {
  test('is shown, and corrected from as many pairs on as are set', async (t) => {
    const { service, judge } = await bench(t, { settings: { min_pairs: 20 } });
    const backlog = async () => null;
    const jobs = Array.from({ length: 20 }, (_, n) => judgeJob(n, { model: n % 2 ? 'a/small' : 'a/middle' }));
    for (const job of jobs) await judge(job);
    const before = await judgeStatus({ ledger: service.ledger, backlog });
    assert.deepEqual([before.agreement.pairs, before.correction, before.today.judged], [0, null, 20]);
    // People find all of it worse: a/small a little, a/middle much.
    for (const { decision, query, model } of jobs) {
      const value = model === 'a/small' ? 0.6 : 0.2;
      await service.feedback.post({ decision_id: decision, query, model, signal: 'thumb', source: 'user', value });
    }
    const { agreement, correction } = await judgeStatus({ ledger: service.ledger, backlog });
    assert.equal(agreement.pairs, 20);
    assert.ok(Math.abs(agreement.bias!.value - 0.4) < 1e-9);
    assert.ok(correction !== null);
    // Another process: this one would use what it fitted before for some minutes.
    const { ledger, feedback, clock } = service;
    const grade = createGrader({
      ledger,
      ask: async () => ({ text: '{"grade": 8}', costUsd: 0 }),
      correctionOf: rememberCorrection(ledger.judge, clock),
      clock,
      log: keptLog().log,
    });
    const again = createJudge({ ledger, grade, post: feedback.post, clock });
    const values = new Map<string, number>();
    for (const [n, model] of ['a/small', 'a/middle', 'b/large'].entries()) {
      const job = judgeJob(100 + n, { model });
      await again(job, { attempt: 1, signal: new AbortController().signal });
      const { raw, value } = (await service.ledger.judge.verdict(job.decision))!;
      assert.equal(raw, 0.8);
      assert.deepEqual(await outcomesOf(service, job), [signalOf(model, value)]);
      values.set(model, value);
    }
    const [small, middle, large] = [...values.values()];
    assert.ok(middle! < large! && large! < small! && small! < 0.8, JSON.stringify([...values]));
  });
});
