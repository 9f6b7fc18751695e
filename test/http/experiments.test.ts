import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startProvider, type LocalProvider } from '../../scripts/provider/server.js';
import { systemClock } from '../../src/base/clock.js';
import { openExperimentRunner } from '../../src/experiments/runner.js';
import type { AuditEntry } from '../../src/schema/audit.js';
import type { DecisionSummary } from '../../src/schema/decision.js';
import type { ExperimentStatus, ExperimentSummary } from '../../src/schema/experiment-status.js';
import type { PolicyBody } from '../../src/schema/policy.js';
import type { RouteResponse } from '../../src/schema/route.js';
import { keptLog } from '../decision/parts.js';
import { ask, postJson, startService, type Service } from './service.js';

/** The dear one is the best by the prior, so that it has the traffic unless a policy says otherwise. */
const [CHEAP, DEAR] = ['a/small', 'b/large'];
const CANARY = {
  kind: 'canary',
  candidate: { policy: 'thrifty' },
  steps: [{ share: 0.5, answers: 10_000 }],
  margins: { latency: 100, cost: 100 },
};

let service: Service;
before(async () => {
  service = await startService({ llms: [CHEAP, DEAR] });
  await ask(service, 'PUT', '/v1/policies/thrifty', { models: [CHEAP] });
});
after(() => service.remove());

const runner = () => openExperimentRunner({ ledger: service.ledger, clock: systemClock, log: keptLog().log });
const experiment = async (name: string): Promise<ExperimentStatus> =>
  (await ask(service, 'GET', `/v1/experiments/${name}`)).body as ExperimentStatus;
const route = async (query: string, more: object = {}): Promise<RouteResponse> =>
  (await ask(service, 'POST', '/v1/route', { query, ...more })).body as RouteResponse;

/** Routes queries of their own, and says how each LLM did. */
async function traffic(queries: number, scoreOf: Record<string, number>): Promise<RouteResponse[]> {
  const made: RouteResponse[] = [];
  for (let i = 0; i < queries; i++) {
    const one = await route(`question ${i}`);
    made.push(one);
    const score = scoreOf[one.model]! + (i % 10) / 100;
    const feedback = { decision_id: one.decision_id, score, latency_ms: 100 };
    assert.equal((await postJson(`${service.url}/v1/feedback`, feedback)).status, 201);
  }
  return made;
}

describe('experiments over HTTP', () => {
  test('a canary that feedback says is worse is rolled back, and the audit log says why', async () => {
    const { status, body } = await ask(service, 'PUT', '/v1/experiments/thrift', CANARY);
    assert.deepEqual([status, (body as ExperimentStatus).state], [201, 'running']);
    const made = await traffic(160, { [CHEAP]: 0.4, [DEAR]: 0.8 });
    const armOf = ({ experiment: in_ }: RouteResponse): string => in_!.arm;
    const tried = made.filter((one) => armOf(one) === 'candidate');
    assert.ok(tried.length > 50 && tried.length < 110, `${tried.length}`);
    assert.ok(tried.every(({ model }) => model === CHEAP));
    const running = await experiment('thrift');
    const [candidate, control] = running.arms;
    assert.deepEqual(
      [candidate!.arm, candidate!.share, candidate!.decisions, candidate!.answers, candidate!.models],
      ['candidate', 0.5, tried.length, tried.length, [{ model: CHEAP, decisions: tried.length, share: 1 }]],
    );
    assert.ok(Math.abs(candidate!.quality.mean! - 0.445) < 0.02 && candidate!.quality.high! < control!.quality.low!);
    assert.equal(Math.round(candidate!.latency_ms.mean!), 100);
    assert.equal(running.comparisons[0]!.verdict, 'worse');

    await Promise.all([runner().look(), runner().look()]);
    const over = await experiment('thrift');
    assert.deepEqual([over.state, over.share], ['rolled_back', null]);
    assert.match(over.why, /^worse: quality -\d+\.\d points/);
    assert.deepEqual(
      over.history.map(({ state }) => state),
      ['running', 'rolled_back'],
    );
    const { entries } = (await ask(service, 'GET', '/v1/audit')).body as { entries: AuditEntry[] };
    const moves = entries.filter(({ action }) => action.startsWith('experiment '));
    assert.deepEqual(
      moves.map(({ actor, action, target }) => [actor.via, action, target]),
      [['service', 'experiment rolled_back', '/v1/experiments/thrift']],
    );
    await service.live.follower.catchUp(['experiments']);
    assert.equal((await route('question 1')).experiment, undefined);
  });

  test('decisions say which arm made them, and are listed by their experiment', async () => {
    const path = '/v1/decisions?experiment=thrift&limit=1000';
    const { decisions } = (await ask(service, 'GET', path)).body as { decisions: DecisionSummary[] };
    assert.equal(decisions.length, 160);
    assert.ok(decisions.every(({ experiment: in_ }) => in_!.experiment === 'thrift'));
  });

  test('one that is promoted has its policy in force', async () => {
    await ask(service, 'PUT', '/v1/experiments/promoted', CANARY);
    const { body } = await ask(service, 'POST', '/v1/experiments/promoted/promote', { why: 'cheap enough' });
    assert.match((body as ExperimentStatus).why, /^promoted by hand: policy quality has the rules of thrifty: cheap/);
    const policy = (await ask(service, 'GET', '/v1/policies/quality')).body as PolicyBody;
    assert.deepEqual(policy.models, [CHEAP]);
    assert.equal((await route('anything')).model, CHEAP);
    await ask(service, 'DELETE', '/v1/policies/quality');
  });

  test('one that is paused decides nothing until it is resumed, and one that is ended starts anew', async () => {
    await ask(service, 'PUT', '/v1/experiments/paused', CANARY);
    const first = (await route('q')).experiment;
    assert.equal(first?.experiment, 'paused');
    await ask(service, 'POST', '/v1/experiments/paused/pause', {});
    assert.equal((await route('q')).experiment, undefined);
    assert.equal((await ask(service, 'POST', '/v1/experiments/paused/pause', {})).status, 409);
    await ask(service, 'POST', '/v1/experiments/paused/resume', {});
    assert.deepEqual((await route('q')).experiment, first);
    const changed = await ask(service, 'PUT', '/v1/experiments/paused', { ...CANARY, unit: 'key' });
    assert.equal(changed.status, 409);
    assert.match((changed.body as { detail: string }).detail, /^unit: expected as they are while paused runs/);
    assert.equal((await ask(service, 'PUT', '/v1/experiments/paused', { ...CANARY, promote: 'manual' })).status, 200);
    await ask(service, 'POST', '/v1/experiments/paused/end', {});
    assert.equal((await ask(service, 'PUT', '/v1/experiments/paused', { ...CANARY, unit: 'key' })).status, 201);
    assert.equal((await experiment('paused')).arms[0]!.decisions, 0);
    assert.equal((await ask(service, 'DELETE', '/v1/experiments/paused')).status, 204);
    assert.equal((await ask(service, 'GET', '/v1/experiments/paused')).status, 404);
  });

  test('who says who gets a query takes part in nothing, and one that an arm has no LLM for is decided', async () => {
    const arms = [
      { name: 'cheap', share: 1, models: [CHEAP] },
      { name: 'cheap-too', share: 1, models: [CHEAP] },
    ];
    await ask(service, 'PUT', '/v1/experiments/ab', { kind: 'ab', arms });
    assert.equal((await route('q')).experiment?.experiment, 'ab');
    assert.equal((await route('q', { models: [DEAR] })).experiment, undefined);
    const outside = await route('q', { exclude: [CHEAP] });
    assert.deepEqual([outside.model, outside.experiment], [DEAR, undefined]);
    const { experiments } = (await ask(service, 'GET', '/v1/experiments')).body as { experiments: ExperimentSummary[] };
    assert.deepEqual(
      experiments.map(({ name, kind, of, state, idle }) => [name, kind, of, state, idle]),
      [
        ['thrift', 'canary', 'quality', 'rolled_back', null],
        ['promoted', 'canary', 'quality', 'promoted', null],
        ['ab', 'ab', null, 'running', null],
      ],
    );
    await ask(service, 'DELETE', '/v1/experiments/ab');
  });
});

describe('an A/B test of calls', () => {
  let provider: LocalProvider;
  before(async () => {
    provider = await startProvider({ models: { one: {}, two: {} } });
    await ask(service, 'PUT', '/v1/providers/local', { base_url: provider.baseUrl });
    for (const model of ['one', 'two']) {
      const deployments = [{ provider: 'local', model }];
      await ask(service, 'PUT', `/v1/models/local/${model}`, { deployments });
    }
    const arms = ['one', 'two'].map((name) => ({ name, share: 0.5, models: [`local/${name}`] }));
    await ask(service, 'PUT', '/v1/experiments/calls', { kind: 'ab', arms });
  });
  after(() => provider.close());

  interface Completion {
    model: string;
    choices: { message: { content: string } }[];
  }

  /** Three turns of a conversation; the LLM of each. */
  async function conversation(name: string): Promise<string[]> {
    const messages: object[] = [];
    const models: string[] = [];
    for (let turn = 0; turn < 3; turn++) {
      messages.push({ role: 'user', content: `${name}, turn ${turn}: what comes next?` });
      const response = await postJson(`${service.url}/v1/chat/completions`, { model: 'auto', messages });
      assert.equal(response.status, 200);
      models.push(response.headers.get('x-pointsman-model')!);
      const { choices } = (await response.json()) as Completion;
      messages.push({ role: 'assistant', content: choices[0]!.message.content });
    }
    return models;
  }

  test('a conversation has one arm, and conversations are shared out', async () => {
    const conversations: string[][] = [];
    for (let i = 0; i < 24; i++) conversations.push(await conversation(`conversation ${i}`));
    for (const models of conversations) assert.equal(new Set(models).size, 1, models.join(' '));
    const first = conversations.filter(([model]) => model === 'local/one').length;
    assert.ok(first > 4 && first < 20, `${first} of 24`);
    await service.feedback.drain();
    const { arms } = await experiment('calls');
    assert.deepEqual(
      arms.map(({ arm, decisions, models }) => [arm, decisions, models.map(({ model }) => model)]),
      [
        ['one', 3 * first, ['local/one']],
        ['two', 3 * (24 - first), ['local/two']],
      ],
    );
  });
});
