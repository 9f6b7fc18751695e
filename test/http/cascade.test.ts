import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { CascadeNext, CascadePlan } from '../../src/schema/cascade.js';
import type { DecisionDetail } from '../../src/schema/decision.js';
import type { LlmHealth } from '../../src/schema/health.js';
import type { RouteResponse } from '../../src/schema/route.js';
import { ask, startService, type Service } from './service.js';

let service: Service;
beforeEach(async () => (service = await startService()));
afterEach(() => service.remove());

const route = async (cascade: object, fields: object = {}): Promise<RouteResponse> =>
  (await ask(service, 'POST', '/v1/route', { query: 'How far is the moon?', cascade, ...fields }))
    .body as RouteResponse;
const next = async (id: string, report: object): Promise<CascadeNext> =>
  CascadeNext.parse((await ask(service, 'POST', `/v1/route/${id}/next`, report)).body);

test('a cascade begins with a cheaper LLM, and goes on until an answer is good enough', async () => {
  const { model, cascade, decision_id: id } = await route({ reliability: 1 });
  const plan = CascadePlan.parse(cascade);
  assert.equal(model, plan.steps[0]!.model);
  assert.ok(
    plan.expected_cost_usd! < plan.single.cost_usd!,
    `${plan.expected_cost_usd} is not below ${plan.single.cost_usd}`,
  );
  assert.ok(plan.expected_quality >= plan.quality - 1e-6);
  const second = await next(id, { model, ok: false });
  assert.deepEqual([second.reason, second.model === model], ['not_good_enough', false]);
  assert.deepEqual(await next(id, { model, ok: false }), second, 'the same report again changes nothing');
  const done = await next(id, { score: 1, cost_usd: 0.001 });
  assert.deepEqual([done.model, done.answer, done.reason], [null, second.model, 'good_enough']);
  const detail = (await ask(service, 'GET', `/v1/decisions/${id}`)).body as DecisionDetail;
  assert.deepEqual(detail.cascade, {
    request: { reliability: 1, cost_weight: 0, max_steps: 3 },
    reports: [
      { model, ok: false },
      { score: 1, cost_usd: 0.001 },
    ],
  });
  assert.match(detail.explanation!.summary, /the first of a cascade/);
});

test('a call that failed counts in the breaker of its LLM, and another LLM is asked', async () => {
  const { model, decision_id: id } = await route({ reliability: 1 });
  const after = await next(id, { error: 'HTTP 503' });
  assert.deepEqual([after.reason, after.model !== null && after.model !== model], ['failed', true]);
  const { models } = (await ask(service, 'GET', '/v1/health')).body as { models: LlmHealth[] };
  assert.equal(models.find((one) => one.model === model)!.failures, 1);
  for (let i = 0; i < 3; i++) await next(id, { model: after.model, error: 'HTTP 503' });
  const again = ((await ask(service, 'GET', '/v1/health')).body as { models: LlmHealth[] }).models;
  assert.equal(again.find((one) => one.model === after.model)!.failures, 1, 'a report that is repeated counts once');
});

test('what can’t be reported is refused, and nothing is taken down', async () => {
  const { decision_id: id } = await route({});
  const single = (await ask(service, 'POST', '/v1/route', { query: 'q' })).body as RouteResponse;
  const cases: [id: string, report: object, status: number, message: RegExp][] = [
    [id, {}, 400, /score: expected exactly one of score, ok and error/],
    [id, { ok: true, score: 1 }, 400, /exactly one/],
    [id, { model: 'nobody', ok: true }, 400, /model: expected a candidate/],
    [single.decision_id, { ok: true }, 404, /is a single call/],
    ['01890000-0000-7000-8000-000000000001', { ok: true }, 404, /There is no decision/],
    ['x', { ok: true }, 400, /decision_id/],
  ];
  for (const [decision, report, status, message] of cases) {
    const answer = await ask(service, 'POST', `/v1/route/${decision}/next`, report);
    assert.equal(answer.status, status);
    assert.match((answer.body as { detail: string }).detail, message);
  }
  assert.deepEqual(await service.ledger.cascades.steps(id), []);
});

test('reports survive a restart, in the ledger, and go with their decision', async () => {
  const { model, decision_id: id } = await route({ reliability: 1 });
  await next(id, { model, score: 0.1 });
  assert.deepEqual(await service.ledger.cascades.steps(id), [{ model, score: 0.1 }]);
  await service.ledger.settings.put('decision', { max_age_days: 1e-9, max_megabytes: 1, query_text_hours: 1 });
  await service.ledger.decisions.prune();
  assert.deepEqual(await service.ledger.cascades.steps(id), []);
});

test('a cascade by the rules of a policy: who is excluded is never asked', async () => {
  const { cascade } = await route({ max_steps: 4, reliability: 1 }, { exclude: ['a/small'] });
  assert.ok(!CascadePlan.parse(cascade).steps.some((step) => (step.model as string) === 'a/small'));
  const refused = await ask(service, 'POST', '/v1/route', { query: 'q', cascade: { max_cost_usd: 1e-9 } });
  assert.deepEqual([refused.status, (refused.body as { code: string }).code], [422, 'no_candidate']);
});

test('a policy may ask for one: its queries are planned as if they did themselves', async () => {
  const body = { cascade: { reliability: 1, max_steps: 2 }, exclude: ['a/small'] };
  const made = await ask(service, 'PUT', '/v1/policies/careful', body);
  assert.deepEqual(made.body, {
    name: 'careful',
    built_in: false,
    cascade: { cost_weight: 0, max_steps: 2, reliability: 1 },
    exclude: ['a/small'],
  });
  const own = await route(body.cascade, { exclude: body.exclude });
  const fields = { query: 'How far is the moon?', policy: 'careful' };
  const asked = (await ask(service, 'POST', '/v1/route', fields)).body as RouteResponse;
  assert.deepEqual(asked.cascade, own.cascade);
  const byQuery = await ask(service, 'GET', `/v1/route?query=How%20far%20is%20the%20moon%3F&policy=careful`);
  assert.deepEqual((byQuery.body as RouteResponse).cascade, own.cascade);
  assert.equal((await next(asked.decision_id, { model: asked.model, score: 1 })).reason, 'good_enough');
  const shorter = await route({ max_steps: 1 }, { policy: 'careful' });
  assert.equal(shorter.cascade!.steps.length, 1, 'a request’s own goes before it');
  const wrong = await ask(service, 'PUT', '/v1/policies/careful', { cascade: { max_steps: 9 } });
  assert.equal(wrong.status, 400);
  assert.match((wrong.body as { detail: string }).detail, /cascade\.max_steps/);
});
