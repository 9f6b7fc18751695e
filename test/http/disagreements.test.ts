import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProvider, type LocalProvider } from '../../scripts/provider/server.js';
import { createRng } from '../../src/base/rng.js';
import { shadowResults } from '../../src/decision/shadow-results.js';
import { createAsk } from '../../src/endpoint/ask.js';
import { shadowsIn } from '../../src/experiments/shadow-of.js';
import { createDropped } from '../../src/judge/dropped.js';
import { openJudging, type Judging } from '../../src/judge/judging.js';
import type { JudgeHandler } from '../../src/queue/types.js';
import { JudgeSettings, type JudgeJob } from '../../src/schema/judge.js';
import type { DisagreementList } from '../../src/schema/shadow.js';
import { pointsman } from '../cli/support.js';
import { keptLog } from '../decision/parts.js';
import { eventually } from '../support/wait.js';
import { ask, postJson, startService, type Service } from './service.js';

const ALL = ['small', 'large', 'judge'];
const PRICES = { output_price: 1, context_tokens: 100_000 };

let service: Service;
let provider: LocalProvider;
let judging: Judging;
let judge: JudgeHandler;
const queued: JudgeJob[] = [];

/** The judge likes what says so, as the large LLM does only to some. */
const answer = (model: string, query: string): string => {
  if (model !== 'judge') return model === 'small' || query.includes('both') ? 'This is good.' : 'No idea.';
  const [a, b] = query.split('<answer-b').map((part) => (part.includes('This is good') ? 9 : 2));
  return JSON.stringify({ reason: '', grade_a: a, grade_b: b });
};

before(async () => {
  provider = await startProvider({ seed: 1, models: Object.fromEntries(ALL.map((model) => [model, {}])), answer });
  service = await startService({
    llms: [],
    judge: {
      offer: (...args) => judging.offer(...args),
      compare: (answered) => judging.compare(answered),
      backlog: async () => ({ waiting: 0, active: 0 }),
      judged: () => new Map(),
    },
  });
  const { ledger, live, clock, feedback } = service;
  await ask(service, 'PUT', '/v1/providers/lab', { base_url: provider.baseUrl, protocol: 'openai' });
  for (const [i, model] of ALL.entries())
    await ask(service, 'PUT', `/v1/models/${model}`, {
      ...PRICES,
      size_b: [7, 400, 1][i],
      deployments: [{ provider: 'lab', model }],
    });
  await ledger.settings.put(
    'judge',
    JudgeSettings.parse({ enabled: true, model: 'judge', share: 0, uncertain_share: 0 }),
  );
  const { log } = keptLog();
  judging = await openJudging({
    ledger,
    queue: {
      add: (job) => void queued.push(job),
      async work(handler) {
        judge = handler;
        return { close: async () => {} };
      },
    },
    ask: createAsk({ live, now: () => performance.now(), clock, random: Math.random }),
    post: feedback.post,
    shadowOf: shadowsIn(ledger),
    dropped: createDropped(ledger, log),
    clock,
    rng: createRng(1),
    log,
  });
  await judging.work();
  const { status, body } = await ask(service, 'PUT', '/v1/experiments/small', {
    kind: 'shadow',
    candidate: { models: ['small'] },
    ask: { share: 1, budget_usd: 10 },
  });
  assert.equal(status, 201, JSON.stringify(body));
});
after(async () => {
  await service.remove();
  await provider.close();
});

const chat = async (content: string, more: object = {}): Promise<string> => {
  const messages = [{ role: 'user', content }];
  const response = await postJson(`${service.url}/v1/chat/completions`, { model: 'auto', messages, ...more });
  assert.equal(response.status, 200);
  await response.text();
  return response.headers.get('x-pointsman-decision')!;
};
const list = async (query = ''): Promise<DisagreementList> =>
  (await ask(service, 'GET', `/v1/experiments/small/disagreements${query}`)).body as DisagreementList;

describe('a shadow beside the model endpoint', () => {
  test('has its LLM asked where it differs, once, and whose answer is better is known', async () => {
    const ids = [await chat('Say it'), await chat('Say it, both of you')];
    await service.decider.shadows.drain();
    await eventually('both are queued', () => queued.length === 2);
    assert.deepEqual(
      queued.map(({ decision, model, second, shadow, answer: said }) => [decision, model, second, shadow, said]),
      [
        [ids[0], 'large', 'small', 'small', 'No idea.'],
        [ids[1], 'large', 'small', 'small', 'This is good.'],
      ],
    );
    for (const job of queued) await judge(job, { attempt: 1, signal: new AbortController().signal });
    const { disagreements } = await list();
    assert.deepEqual(
      disagreements.map(({ decision_id: id, model, candidate, better, query }) => [
        id,
        model,
        candidate,
        better,
        query,
      ]),
      [
        [ids[1], 'large', 'small', 'neither', 'Say it, both of you'],
        [ids[0], 'large', 'small', 'candidate', 'Say it'],
      ],
    );
    const { compared, agreed, judged } = await shadowResults(service.ledger, 'small');
    const { advantage, spent_usd: spent, ...counts } = judged;
    assert.deepEqual([compared, agreed, counts], [2, 0, { wins: 1, losses: 0, ties: 1 }]);
    assert.deepEqual(advantage, { mean: 0.5, low: -1, high: 1 });
    assert.ok(spent > 0 && spent < 0.1);
  });

  test('asks nobody what texts do not say whole, or where another LLM answered', async () => {
    const earlier = queued.length;
    const tool = { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } };
    await chat('With a tool', { tools: [tool], tool_choice: 'none' });
    await chat('As JSON', { response_format: { type: 'json_object' } });
    await chat('Of this one', { model: 'large' });
    await service.decider.shadows.drain();
    await new Promise((resume) => setImmediate(resume));
    assert.equal(queued.length, earlier);
  });

  test('lists disagreements by page, with texts as long as decisions have them', async () => {
    const first = await list('?limit=1');
    assert.equal(first.disagreements.length, 1);
    const second = await list(`?limit=1000&before=${first.next}`);
    assert.equal(second.next, null);
    const all = await list();
    assert.deepEqual([...first.disagreements, ...second.disagreements], all.disagreements);
    const forgotten = await ask(service, 'POST', '/v1/forget', { query: 'Say it' });
    assert.equal(forgotten.status, 200, JSON.stringify(forgotten.body));
    const texts = (await list()).disagreements.map(({ query }) => query);
    assert.ok(texts.includes(null) && !texts.includes('Say it'), JSON.stringify([texts, forgotten.body]));
  });

  test('has no text of a call back that was answered before it was forgotten', async () => {
    const id = await chat('Once and never again');
    await sleep(60);
    const { status } = await ask(service, 'POST', '/v1/forget', { query: 'Once and never again' });
    assert.equal(status, 200);
    await eventually('what the call taught is kept', async () => (await service.ledger.calls.get([id])).has(id));
    const { body } = await ask(service, 'GET', `/v1/decisions/${id}`);
    assert.equal((body as { query: string | null }).query, null);
  });

  test('is not found by another name', async () => {
    const { status, body } = await ask(service, 'GET', '/v1/experiments/nobody/disagreements');
    assert.deepEqual([status, (body as { code: string }).code], [404, 'experiment_not_found']);
  });

  test('shows its disagreements on the command line', async () => {
    const run = async (...args: string[]) => pointsman(['experiments', 'disagreements', ...args, '--url', service.url]);
    const { code, stdout, stderr } = await run('small');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^ +decision +at +chosen +shadow +quality +shadow’s +better +query$/m);
    assert.match(stdout, /large +small +0\.\d{3} +0\.\d{3} +neither +Say it, both of you$/m);
    const json = JSON.parse((await run('small', '--json', '--limit', '1')).stdout) as DisagreementList;
    assert.equal(json.disagreements.length, 1);
    assert.equal((await run('nobody')).code, 1);
  });
});
