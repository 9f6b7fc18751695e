import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { createComparing } from '../../src/judge/comparing.js';
import { createDropped } from '../../src/judge/dropped.js';
import { openJudging } from '../../src/judge/judging.js';
import type { JudgeHandler } from '../../src/queue/types.js';
import { Shadow } from '../../src/schema/experiment.js';
import { JudgeSettings, type JudgeJob } from '../../src/schema/judge.js';
import { keptLog } from '../decision/parts.js';
import { startService, type Service } from '../http/service.js';
import { judgeJob } from '../queue/judge-conformance.js';
import { startProvider, type Asked, type Provider } from './provider.js';

const JUDGE = 'b/large';
const OTHER = 'a/middle';
const SHADOW = { kind: 'shadow', candidate: { policy: 'cost' }, ask: { share: 1, budget_usd: 5 } };

interface Bench {
  service: Service;
  provider: Provider;
  time: { now: number };
  compare(job: JudgeJob): Promise<void>;
  results(): Promise<{ wins: number; losses: number; ties: number; spent: string }>;
}

/** The judge finds the answer better that says `good`. */
const byWord = ({ model, messages }: Asked): string => {
  if (model !== JUDGE) return 'good';
  const text = messages.at(-1)!.content;
  const [a, b] = ['a', 'b'].map((letter) => new RegExp(`<answer-${letter}-.*>\\n(.*)\\n`).exec(text)![1]);
  return JSON.stringify({ reason: '', grade_a: a === 'good' ? 9 : 3, grade_b: b === 'good' ? 9 : 3 });
};

async function bench(
  t: TestContext,
  {
    shadow = {},
    settings = {},
    say = byWord,
  }: { shadow?: object; settings?: object; say?: (asked: Asked) => string } = {},
): Promise<Bench> {
  const service = await startService();
  t.after(() => service.remove());
  const { ledger } = service;
  await ledger.experiments.put('s', Shadow.parse({ ...SHADOW, ...shadow }));
  await ledger.settings.put('judge', JudgeSettings.parse({ enabled: true, model: JUDGE, ...settings }));
  const provider = await startProvider(t, say);
  const time = { now: Date.UTC(2026, 0, 2) };
  const handler = createComparing({
    ledger,
    ask: provider.ask,
    async shadowOf(name) {
      const found = await ledger.experiments.get(name);
      return found?.state === 'running' && found.body.kind === 'shadow' ? found.body : null;
    },
    clock: () => time.now,
    log: keptLog().log,
  });
  return {
    service,
    provider,
    time,
    compare: (job) => handler(job, { attempt: 1, signal: new AbortController().signal }),
    async results() {
      const { wins, losses, ties, spentUsd } = await ledger.shadows.totals('s');
      return { wins, losses, ties, spent: spentUsd.toFixed(2) };
    },
  };
}

const job = (n: number, more: object = {}): JudgeJob =>
  judgeJob(n, { shadow: 's', second: OTHER, answer: 'bad', ...more });

describe('an answer that a shadow’s LLM answers, too', () => {
  test('is compared blindly in both orders, and counts for the shadow alone', async (t) => {
    const { service, provider, compare, results } = await bench(t);
    await compare(job(1));
    await compare(job(2, { answer: 'good' }));
    assert.deepEqual(await results(), { wins: 1, losses: 0, ties: 1, spent: '0.06' });
    assert.deepEqual(
      provider.asked.slice(0, 3).map(({ model }) => model),
      [OTHER, JUDGE, JUDGE],
    );
    assert.deepEqual(provider.asked[0]!.messages, [{ role: 'user', content: 'question 1' }]);
    const judged = provider.asked.slice(1, 3).map(({ messages }) => messages.at(-1)!.content);
    assert.ok(judged.every((text) => !text.includes(OTHER) && !text.includes('a/small')));
    assert.ok(judged[0]!.indexOf('bad') < judged[0]!.indexOf('good'));
    assert.ok(judged[1]!.indexOf('bad') > judged[1]!.indexOf('good'));
    const { ledger } = service;
    assert.equal(await ledger.judge.verdict(job(1).decision), undefined);
    assert.equal((await ledger.judge.today()).spentUsd, 0);
    assert.deepEqual(await ledger.feedback.counts(), { interactions: 0, preferences: 0, queries: 0 });
  });

  test('is a loss where the shadow’s LLM says nothing', async (t) => {
    const { provider, compare, results } = await bench(t, { say: () => '' });
    await compare(job(1));
    assert.deepEqual(await results(), { wins: 0, losses: 1, ties: 0, spent: '0.01' });
    assert.equal(provider.asked.length, 1);
  });

  test('counts once, though its job is done again', async (t) => {
    const { provider, compare, results } = await bench(t);
    await compare(job(1));
    await compare(job(1));
    assert.equal(provider.asked.length, 3);
    assert.equal((await results()).wins, 1);
  });

  test('costs what it cost where the judge gives no grade, and is tried again', async (t) => {
    let isSilent = true;
    const { compare, results } = await bench(t, {
      say: (asked) => (asked.model === JUDGE && isSilent ? 'well…' : byWord(asked)),
    });
    await assert.rejects(compare(job(1)), /said 5 characters/);
    assert.deepEqual(await results(), { wins: 0, losses: 0, ties: 0, spent: '0.02' });
    isSilent = false;
    await compare(job(1));
    assert.deepEqual(await results(), { wins: 1, losses: 0, ties: 0, spent: '0.05' });
  });

  test('is asked of nobody over the budget, of which what it may cost is claimed before', async (t) => {
    const { service, provider, compare, results } = await bench(t, { shadow: { ask: { share: 1, budget_usd: 1 } } });
    for (let n = 0; n < 40; n++) await compare(job(n));
    const { wins, spent } = await results();
    assert.ok(wins >= 1 && wins < 33 && Number(spent) <= 1, `${wins} for ${spent}`);
    assert.equal(provider.asked.length, 3 * wins);
    await service.ledger.experiments.put('s', Shadow.parse({ ...SHADOW, ask: { share: 1, budget_usd: 9 } }));
    await compare(job(50));
    assert.equal((await results()).wins, wins + 1, 'a budget may be raised');
  });

  test('is asked of nobody once it is over, its texts are, or nobody judges', async (t) => {
    const until = '2026-01-03T00:00:00Z';
    const { service, provider, time, compare } = await bench(t, { shadow: { until } });
    const { ledger } = service;
    const kept = time.now + 1_000;
    await compare(judgeJob(1, { shadow: 'never', second: OTHER }));
    await compare(job(2, { second: null }));
    await ledger.settings.put('judge', JudgeSettings.parse({ enabled: false, model: JUDGE }));
    await compare(job(3));
    await ledger.settings.put('judge', JudgeSettings.parse({ enabled: true, model: JUDGE }));
    time.now = kept;
    await compare(job(4, { keepUntil: kept }));
    time.now = Date.parse(until);
    await compare(job(5));
    assert.equal(provider.asked.length, 0);
    time.now--;
    await compare(job(6));
    assert.equal(provider.asked.length, 3);
    await ledger.experiments.put('s', Shadow.parse({ ...SHADOW, until, ask: undefined }));
    await compare(job(7));
    assert.equal(provider.asked.length, 3);
  });
});

test('answers to compare go by the same queue as those to judge', async (t) => {
  const { service, provider } = await bench(t);
  const { ledger } = service;
  const { log } = keptLog();
  const queued: JudgeJob[] = [];
  const handlers: JudgeHandler[] = [];
  const judging = await openJudging({
    ledger,
    queue: {
      add: (one) => void queued.push(one),
      async work(handler) {
        handlers.push(handler);
        return { close: async () => {} };
      },
    },
    ask: provider.ask,
    post: service.feedback.post,
    shadowOf: async () => Shadow.parse(SHADOW),
    dropped: createDropped(ledger, log),
    clock: service.clock,
    rng: createRng(1),
    log,
  });
  judging.compare(job(1));
  judging.compare(job(2, { messages: [{ role: 'tool', content: 'Sunny' }] }));
  judging.compare(job(3, { second: 'a/small' }));
  assert.deepEqual(queued, [job(1)], 'only what another LLM can be asked');
  await judging.work();
  const context = { attempt: 1, signal: new AbortController().signal };
  await handlers[0]!(queued[0]!, context);
  assert.equal((await ledger.shadows.totals('s')).wins, 1);
  await handlers[0]!(judgeJob(1), context).catch(() => undefined);
  assert.equal(provider.asked.at(-1)!.model, JUDGE, 'others are judged by themselves');
});
