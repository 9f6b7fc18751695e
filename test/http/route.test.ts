import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { RouteBatchResponse, RouteResponse } from '../../src/schema/route.js';
import { postJson, problemIn, startService, type Service } from './service.js';

let service: Service;
before(async () => {
  service = await startService();
});
after(() => service.remove());

function get(search: string): Promise<Response> {
  return fetch(`${service.url}/v1/route?${search}`);
}

test('POST answers a decision, under /v1 and at the root', async () => {
  for (const path of ['/v1/route', '/route']) {
    const response = await postJson(service.url + path, { query: 'How far is the moon?' });
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    assert.equal(response.headers.get('x-powered-by'), null);
    const answer = RouteResponse.parse(await response.json());
    assert.equal(answer.model, 'b/large');
    assert.equal(answer.ranking.length, 3);
  }
});

test('GET takes the same fields as query parameters', async () => {
  const response = await get(
    'query=How+far%3F&models=a/small,a/middle&max_cost_usd=0.5&explain=true&policy=cost&min_quality=0',
  );
  const answer = RouteResponse.parse(await response.json());
  assert.deepEqual(answer.ranking.map((one) => one.model).toSorted(), ['a/middle', 'a/small']);
  assert.equal(answer.explanation?.excluded[0]?.model, 'b/large');
  const repeated = RouteResponse.parse(await (await get('query=x&exclude=a/small&exclude=b/large')).json());
  assert.deepEqual(
    repeated.ranking.map((one) => one.model),
    ['a/middle'],
  );
});

test('`top` says how many of the ranking are listed, by GET, POST and in a batch', async () => {
  const body = { query: 'x', top: 2 };
  const answers = [
    await (await get('query=x&top=2')).json(),
    await (await postJson(`${service.url}/v1/route`, body)).json(),
    ...RouteBatchResponse.parse(
      await (await postJson(`${service.url}/v1/route/batch`, { requests: [body, { query: 'x' }] })).json(),
    ).results,
  ].map((answer) => RouteResponse.parse(answer));
  assert.deepEqual(
    answers.map(({ ranking, more_ranked }) => [ranking.length, more_ranked]),
    [
      [2, 1],
      [2, 1],
      [2, 1],
      [3, undefined],
    ],
  );
});

test('HEAD answers as GET does, without a body', async () => {
  const response = await fetch(`${service.url}/v1/route?query=x`, { method: 'HEAD' });
  assert.equal(response.status, 200);
  assert.ok(Number(response.headers.get('content-length')) > 100);
  assert.equal(await response.text(), '');
});

test('wrong query parameters are refused by name', async () => {
  const cases: [string, string][] = [
    ['query=x&temperature=1', 'temperature'],
    ['query=x&messages=y', 'messages'],
    ['query=x&explain=maybe', 'explain'],
    ['query=x&top=0', 'top'],
    ['query=x&top=1001', 'top'],
    ['query=x&top=1.5', 'top'],
    ['query=x&max_cost_usd=cheap', 'max_cost_usd'],
    ['query=x&max_cost_usd=1e999', 'max_cost_usd'],
    ['query=x&max_cost_usd=', 'max_cost_usd'],
    ['query=x&query=y', 'query'],
    ['query=%20', 'query'],
    ['query=x&models=', 'models[0]'],
    ['policy=quality', 'query'],
    ['query=x&__proto__=1', '__proto__'],
  ];
  for (const [search, field] of cases) {
    const response = await get(search);
    const problem = await problemIn(response);
    assert.equal(problem.code, 'invalid_request', search);
    assert.ok(
      problem.issues?.some((issue) => issue.field === field),
      `${search}: ${JSON.stringify(problem.issues)}`,
    );
  }
});

test('OpenAI messages are routed by the last user text', async () => {
  const response = await postJson(`${service.url}/v1/route`, {
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'the moon' }] },
    ],
  });
  const { decision_id: id } = RouteResponse.parse(await response.json());
  assert.equal((await service.decider.lookup([id])).get(id)?.query, 'the moon');
});

test('bad bodies are refused with field, expectation and what came', async () => {
  const cases: [unknown, string][] = [
    [{}, 'query'],
    [{ query: 'x', messages: [{ role: 'user', content: 'y' }] }, 'query'],
    [{ query: 5 }, 'query'],
    [{ query: 'x'.repeat(100_001) }, 'query'],
    [{ query: 'x', temperature: 1 }, 'temperature'],
    [{ query: 'x', policy: 'the best' }, 'policy'],
    [{ query: 'x', models: [] }, 'models'],
    [{ query: 'x', min_quality: 2 }, 'min_quality'],
    [{ query: 'x', max_cost_usd: 0 }, 'max_cost_usd'],
    [{ messages: [{ role: 'assistant', content: 'y' }] }, 'messages'],
    [[], ''],
    ['null', ''],
    ['"text"', ''],
  ];
  for (const [body, field] of cases) {
    const problem = await problemIn(await postJson(`${service.url}/v1/route`, body));
    assert.equal(problem.code, 'invalid_request', JSON.stringify(body).slice(0, 80));
    assert.equal(problem.issues?.[0]?.field, field, JSON.stringify(problem));
    assert.ok(problem.detail.length < 500);
  }
});

test('policy errors keep their codes', async () => {
  const unknown = await problemIn(await postJson(`${service.url}/v1/route`, { query: 'x', models: ['a/smal'] }));
  assert.deepEqual([unknown.code, unknown.status], ['unknown_model', 422]);
  assert.match(unknown.detail, /a\/smal/);
  const nobody = await problemIn(await postJson(`${service.url}/v1/route`, { query: 'x', min_quality: 1 }));
  assert.deepEqual([nobody.code, nobody.status], ['no_candidate', 422]);
  assert.match(nobody.detail, /min_quality/);
});

test('a batch answers in order', async () => {
  const requests = Array.from({ length: 100 }, (_, i) => ({ query: `query ${i}` }));
  const { results } = RouteBatchResponse.parse(
    await (await postJson(`${service.url}/v1/route/batch`, { requests })).json(),
  );
  const logged = await service.decider.lookup(results.map((one) => one.decision_id));
  assert.deepEqual(
    results.map((one) => logged.get(one.decision_id)?.query),
    requests.map((one) => one.query),
  );
});

test('an error in a batch names its position', async () => {
  const requests = [{ query: 'x' }, { query: 'y', models: ['nobody'] }];
  const problem = await problemIn(await postJson(`${service.url}/v1/route/batch`, { requests }));
  assert.equal(problem.code, 'unknown_model');
  assert.equal(problem.issues?.[0]?.field, 'requests[1].models[0]');
  const invalid = await problemIn(
    await postJson(`${service.url}/v1/route/batch`, { requests: [{ query: 'x' }, { query: '' }] }),
  );
  assert.equal(invalid.issues?.[0]?.field, 'requests[1].query');
});

test('without any LLM: 409 that says how to add one', async () => {
  const empty = await startService({ llms: [] });
  const problem = await problemIn(await postJson(`${empty.url}/v1/route`, { query: 'x' }));
  assert.deepEqual([problem.code, problem.status], ['no_models', 409]);
  await empty.remove();
});

test('parallel posts each get a decision of their own', async () => {
  const answers = await Promise.all(
    Array.from({ length: 200 }, async (_, i) =>
      RouteResponse.parse(await (await postJson(`${service.url}/v1/route`, { query: `parallel ${i}` })).json()),
    ),
  );
  assert.equal(new Set(answers.map((one) => one.decision_id)).size, 200);
  for (const [i, { decision_id: id }] of answers.entries())
    assert.equal((await service.decider.lookup([id])).get(id)?.query, `parallel ${i}`);
});
