import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { KnownProfile } from '../../src/schema/known-profile.js';
import { LlmProfile } from '../../src/schema/profile.js';
import { RouteResponse } from '../../src/schema/route.js';
import { EXAMPLE } from '../catalog/example.js';
import { postJson, problemIn, startService, type Service } from './service.js';

let service: Service;
before(async () => {
  service = await startService();
});
after(() => service.remove());

function put(
  id: string,
  body: string,
  type = 'application/json',
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${service.url}/v1/models/${id}`, {
    method: 'PUT',
    headers: { 'content-type': type, ...headers },
    body,
  });
}

function get(id: string, accept?: string): Promise<Response> {
  return fetch(`${service.url}/v1/models/${id}`, accept === undefined ? {} : { headers: { accept } });
}

/** What is declared, of an answer that has what is learned beside it. */
function declaredIn(answer: unknown): unknown {
  const { learned, ...declared } = KnownProfile.parse(answer);
  assert.equal(learned.health.model, declared.id);
  return declared;
}

test('an id with slashes works raw and percent-encoded', async () => {
  assert.equal((await put('openai/gpt-5-mini', '{"size_b":20}')).status, 201);
  assert.equal((await put('openai%2Fgpt-5-mini', '{"size_b":21}')).status, 200);
  for (const id of ['openai/gpt-5-mini', 'openai%2Fgpt-5-mini'])
    assert.deepEqual(declaredIn(await (await get(id)).json()), { id: 'openai/gpt-5-mini', size_b: 21 });
});

test('ids with other signs', async () => {
  for (const id of ['llama-3:8b', 'été/ü', 'a?b#c', 'x//y', '100%', 'with space', 'a+b', 'events', '模型']) {
    assert.equal((await put(encodeURIComponent(id), '{}')).status, 201, id);
    assert.equal(((await (await get(encodeURIComponent(id))).json()) as LlmProfile).id, id);
  }
});

test('a new LLM is a candidate at once, and a deleted one no longer', async () => {
  await put('brand/new', '{"benchmarks":{"any":1}}');
  const route = async (): Promise<string> =>
    RouteResponse.parse(await (await postJson(`${service.url}/v1/route`, { query: 'q' })).json()).model;
  assert.equal(await route(), 'brand/new');
  assert.equal((await fetch(`${service.url}/v1/models/brand/new`, { method: 'DELETE' })).status, 204);
  assert.notEqual(await route(), 'brand/new');
  assert.equal(
    (await problemIn(await fetch(`${service.url}/v1/models/brand/new`, { method: 'DELETE' }))).code,
    'model_not_found',
  );
  assert.equal((await problemIn(await get('brand/new'))).code, 'model_not_found');
});

test('a profile in RouteProfile’s form is put as it is', async () => {
  const id = 'mistral-7b-instruct-v0.2';
  assert.equal((await put(id, EXAMPLE, 'application/yaml')).status, 201);
  const profile = KnownProfile.parse(await (await get(id)).json());
  assert.deepEqual([profile.latency_ms, profile.input_price, profile.task_types!.length], [1200, 150, 2]);
  const other = await problemIn(await put('another', EXAMPLE, 'application/yaml'));
  assert.match(other.detail, /id: expected the path's id "another", or none, got "mistral-7b-instruct-v0\.2"/);
  const wrong = await problemIn(await put(id, EXAMPLE.replace('1.2s', 'fast'), 'application/yaml'));
  assert.match(wrong.detail, /latency_profile\.p50: expected a duration such as 1\.2s or 850ms, got "fast"/);
  await fetch(`${service.url}/v1/models/${id}`, { method: 'DELETE' });
});

test('what metrics mean can be said, and counts at once', async () => {
  const scored = async (): Promise<number> => {
    const answer = await postJson(`${service.url}/v1/route`, { query: 'q', task: 'care', models: ['metered'] });
    return RouteResponse.parse(await answer.json()).ranking[0]!.quality;
  };
  await put('metered', '{"task_types": [{"task": "care", "metrics": {"smiles": 3}}]}');
  assert.equal(await scored(), 0.5);
  const settings = { metrics: { smiles: { range: [0, 4], weight: 1 } } };
  const answer = await fetch(`${service.url}/v1/metrics`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(settings),
  });
  assert.deepEqual(await answer.json(), settings);
  assert.equal(await scored(), 0.75);
  await fetch(`${service.url}/v1/models/metered`, { method: 'DELETE' });
});

test('YAML in and out, by Content-Type and Accept', async () => {
  for (const type of ['application/yaml', 'text/yaml; charset=utf-8', 'application/x-yaml'])
    assert.ok(
      [200, 201].includes(
        (await put('y/one', '# a comment\nfamily: Y\ninput_price: 0.25\ntags: [chat, code]\n', type)).status,
      ),
      type,
    );
  const answer = await get('y/one', 'application/yaml');
  assert.match(answer.headers.get('content-type') ?? '', /^application\/yaml/);
  const text = await answer.text();
  assert.deepEqual(declaredIn(parse(text)), { id: 'y/one', family: 'Y', input_price: 0.25, tags: ['chat', 'code'] });
  // What is read can be put back as it is.
  assert.equal((await put('y/one', text, 'application/yaml')).status, 200);
  const list = await fetch(`${service.url}/v1/models`, { headers: { accept: 'text/yaml' } });
  assert.ok((parse(await list.text()) as { models: LlmProfile[] }).models.some((one) => one.id === 'y/one'));
});

test('another revision is doubted at once, and put as JSON or YAML', async () => {
  const records = Array.from({ length: 200 }, (_, i) => ({ query: `q ${i}`, model: 'r/one', score: i % 2 }));
  assert.equal((await put('r/one', '{"revision":"2026-01"}')).status, 201);
  assert.equal((await postJson(`${service.url}/v1/feedback`, records)).status, 201);
  const scored = async () =>
    RouteResponse.parse(await (await postJson(`${service.url}/v1/route`, { query: 'q', models: ['r/one'] })).json())
      .ranking[0]!;
  // What changes the catalogue brings the scorer up to date with all feedback.
  assert.equal((await put('r/one', '{"revision":"2026-01","size_b":7}')).status, 200);
  const settled = await scored();
  assert.equal((await put('r/one', 'revision: 2026-06-01\nsize_b: 8\n', 'application/yaml')).status, 200);
  assert.deepEqual(declaredIn(await (await get('r/one')).json()), { id: 'r/one', revision: '2026-06-01', size_b: 8 });
  const changed = await scored();
  assert.ok(Math.abs(changed.quality - settled.quality) < 0.001, `${changed.quality} after ${settled.quality}`);
  assert.ok(changed.uncertainty > 4 * settled.uncertainty, `${changed.uncertainty} after ${settled.uncertainty}`);
  await postJson(`${service.url}/v1/feedback`, records);
  await put('r/one', '{"revision":"2026-06-01","size_b":9}');
  assert.ok((await scored()).uncertainty < changed.uncertainty / 2);
});

test('a type that can’t be served is 406, and changes nothing', async () => {
  assert.equal((await problemIn(await get('a/small', 'image/png'))).code, 'not_acceptable');
  assert.equal(
    (await problemIn(await put('never/there', '{}', 'application/json', { accept: 'image/png' }))).code,
    'not_acceptable',
  );
  assert.equal((await get('never/there')).status, 404);
});

test('the list holds every profile', async () => {
  const { models } = (await (await fetch(`${service.url}/v1/models`)).json()) as { models: unknown[] };
  const ids = models.map((one) => LlmProfile.parse(one).id as string);
  for (const id of ['a/small', 'a/middle', 'b/large']) assert.ok(ids.includes(id));
});

test('wrong profiles are refused by field', async () => {
  const cases: [string, string, string][] = [
    ['{"id":"other"}', 'application/json', 'id'],
    ['{"size":8}', 'application/json', 'size'],
    ['{"size_b":-8}', 'application/json', 'size_b'],
    ['{"revision":""}', 'application/json', 'revision'],
    [JSON.stringify({ revision: 'x'.repeat(101) }), 'application/json', 'revision'],
    ['revision: 2', 'application/yaml', 'revision'],
    ['{"benchmarks":{"gsm8k":80}}', 'application/json', 'benchmarks.gsm8k'],
    ['size_b: .nan', 'application/yaml', 'size_b'],
    ['- a\n- b', 'application/yaml', ''],
    ['', 'application/yaml', ''],
  ];
  for (const [body, type, field] of cases) {
    const problem = await problemIn(await put('w/rong', body, type));
    assert.equal(problem.code, 'invalid_request', body);
    assert.equal(problem.issues?.[0]?.field, field, JSON.stringify(problem));
  }
  assert.equal((await get('w/rong')).status, 404);
  assert.equal((await put('w/rong', '{"id":"w/rong"}')).status, 201);
});

test('wrong YAML is refused with its place, and bombs don’t go off', async () => {
  const broken = await problemIn(await put('y/two', 'family: "open\nsize_b: 8', 'application/yaml'));
  assert.equal(broken.code, 'invalid_yaml');
  assert.match(broken.detail, /line \d+, column \d+/);
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x,x]',
    ...'bcdefghi'.split('').map((key, i) => `${key}: &${key} [${Array(10).fill(`*${'abcdefgh'[i]}`).join(',')}]`),
  ].join('\n');
  assert.equal((await problemIn(await put('y/two', bomb, 'application/yaml'))).code, 'invalid_yaml');
  assert.equal((await put('y/two', '['.repeat(50_000), 'application/yaml')).status, 413);
  assert.equal((await problemIn(await put('y/two', 'a: 1\na: 2', 'application/yaml'))).code, 'invalid_yaml');
});

test('wrong ids in the path are refused', async () => {
  assert.equal((await problemIn(await get('%20'))).code, 'invalid_request');
  assert.equal((await problemIn(await get('x'.repeat(201)))).code, 'invalid_request');
  assert.equal((await problemIn(await get('%zz'))).code, 'invalid_request');
  assert.equal((await problemIn(await get('a%00b'))).code, 'invalid_request');
});
