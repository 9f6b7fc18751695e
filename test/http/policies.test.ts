import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Policy } from '../../src/schema/policy.js';
import type { RouteResponse } from '../../src/schema/route.js';
import { ask, startService, type Service } from './service.js';

let service: Service;
before(async () => {
  service = await startService();
});
after(() => service.remove());

const put = (name: string, body: object): ReturnType<typeof ask> => ask(service, 'PUT', `/v1/policies/${name}`, body);
const route = async (fields: object): Promise<RouteResponse> =>
  (await ask(service, 'POST', '/v1/route', { query: 'q', ...fields })).body as RouteResponse;

test('built-in policies are listed; a team’s own is made, used, replaced and removed', async () => {
  const names = async (): Promise<string[]> =>
    ((await ask(service, 'GET', '/v1/policies')).body as { policies: Policy[] }).policies.map((policy) => policy.name);
  assert.deepEqual(await names(), ['balanced', 'cost', 'latency', 'quality']);
  const made = await put('night', { description: 'batch work', cheapest_within: 1 });
  assert.deepEqual(
    [made.status, made.body],
    [201, { name: 'night', built_in: false, description: 'batch work', cheapest_within: 1 }],
  );
  assert.equal((await route({ policy: 'night' })).model, 'a/small');
  assert.equal((await put('night', { pin: ['a/middle'] })).status, 200);
  assert.equal((await route({ policy: 'night' })).model, 'a/middle');
  assert.deepEqual(await names(), ['balanced', 'cost', 'latency', 'night', 'quality']);
  assert.equal((await ask(service, 'DELETE', '/v1/policies/night')).status, 204);
  assert.deepEqual(
    [
      (await ask(service, 'DELETE', '/v1/policies/night')).status,
      (await ask(service, 'GET', '/v1/policies/night')).status,
    ],
    [404, 404],
  );
  const refused = await ask(service, 'POST', '/v1/route', { query: 'q', policy: 'night' });
  assert.deepEqual([refused.status, (refused.body as { code: string }).code], [422, 'unknown_policy']);
});

test('a policy of a built-in name takes its place until it is removed', async () => {
  await put('quality', { pin: ['a/small'] });
  assert.equal((await route({})).model, 'a/small');
  assert.equal((await ask(service, 'DELETE', '/v1/policies/quality')).status, 204);
  assert.equal((await route({})).model, 'b/large');
});

test('wrong policies name the field', async () => {
  const cases: [name: string, body: object, code: string, field: string][] = [
    ['x', { cost_weight: -1 }, 'invalid_request', 'cost_weight'],
    ['x', { query: 'q' }, 'invalid_request', 'query'],
    ['x', { latency_percentile: 'p99' }, 'invalid_request', 'latency_percentile'],
    ['x', { exclude: ['a/small', 'nobody'] }, 'unknown_model', 'exclude[1]'],
    ['x', { exploration: { method: 'thompson', exclude: ['nobody'] } }, 'unknown_model', 'exploration.exclude[0]'],
    ['no%20spaces', {}, 'invalid_request', ''],
  ];
  for (const [name, body, code, field] of cases) {
    const answer = (await put(name, body)).body as { code: string; issues: { field: string }[] };
    assert.deepEqual([answer.code, answer.issues[0]?.field], [code, field], name + JSON.stringify(body));
  }
});

test('every rule works over the query string too', async () => {
  const url = new URL('/v1/route', service.url);
  url.search = String(
    new URLSearchParams({
      query: 'q',
      cheapest_within: '0.5',
      latency_percentile: 'p90',
      max_latency_ms: '1100',
      on_no_candidate: 'nearest',
      exclude: 'b/large',
    }),
  );
  const answer = (await (await fetch(url)).json()) as RouteResponse;
  assert.deepEqual(
    answer.ranking.map((llm) => llm.model),
    ['a/small'],
  );
});
