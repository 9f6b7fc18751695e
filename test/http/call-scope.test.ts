import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { operationsIn, type OpenApiDocument } from '../../scripts/openapi/document.js';
import { startProvider, type LocalProvider } from '../../scripts/provider/server.js';
import { ask, makeKey, startService, type Service } from './service.js';

interface Listed {
  data: { id: string }[];
  models: unknown[];
  undeclared?: unknown;
}

const messages = [{ role: 'user', content: 'q' }];
/** Calls by their path, but for the LLM. */
const CALLS: Readonly<Record<string, object>> = {
  '/v1/chat/completions': { messages },
  '/v1/responses': { input: 'q' },
  '/v1/messages': { max_tokens: 10, messages },
  '/v1/embeddings': { input: 'q' },
};
const ANTHROPIC = '/v1/messages';

let service: Service;
let provider: LocalProvider;
let caller: string;
let narrow: string;

before(async () => {
  provider = await startProvider({ models: { small: {} } });
  service = await startService();
  await ask(service, 'PUT', '/v1/providers/local', { base_url: provider.baseUrl });
  for (const id of ['a/small', 'b/large'])
    await ask(service, 'PUT', `/v1/models/${id}`, { deployments: [{ provider: 'local', model: 'small' }] });
  await ask(service, 'POST', '/v1/feedback', { query: 'q', model: 'nobody/declared', score: 1 });
  caller = (await makeKey(service, { scopes: ['call'] })).key;
  narrow = (await makeKey(service, { scopes: ['call'], models: ['a/small', 'a/middle'], policies: ['cost'] })).key;
});
after(async () => {
  await service.remove();
  await provider.close();
});

async function send(
  key: string,
  method: string,
  path: string,
  body?: object,
  more: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; body: any }> {
  const response = await fetch(service.url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...more },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

describe('a key with the scope call alone', () => {
  test('calls in each form, by either header', async () => {
    for (const [path, said] of Object.entries(CALLS)) {
      assert.equal((await send(caller, 'POST', path, { ...said, model: 'a/small' })).status, 200, path);
      const own = { authorization: '', 'x-api-key': caller };
      assert.equal((await send('', 'POST', path, { ...said, model: 'a/small' }, own)).status, 200, path);
    }
  });

  test('counts the tokens of a message', async () => {
    const { status, body } = await send(caller, 'POST', '/v1/messages/count_tokens', { model: 'auto', messages });
    assert.equal(status, 200);
    assert.ok(body.input_tokens > 0);
  });

  test('reads what it may call, and no profiles', async () => {
    const { status, body } = await send(caller, 'GET', '/v1/models');
    const { data, models, undeclared } = body as Listed;
    const ids = data.map(({ id }) => id);
    assert.equal(status, 200);
    assert.equal(ids[0], 'auto');
    for (const id of ['auto:quality', 'auto:cost', 'a/small', 'b/large']) assert.ok(ids.includes(id), id);
    assert.ok(!ids.includes('a/middle'), 'an LLM without deployments can’t be called');
    assert.deepEqual([models, undeclared], [[], undefined]);
    const reader = (await makeKey(service, { scopes: ['read'] })).key;
    const whole = (await send(reader, 'GET', '/v1/models')).body as Listed;
    assert.deepEqual([whole.models.length, whole.undeclared !== undefined], [3, true]);
  });

  test('may do nothing else', async () => {
    const document = (await send(caller, 'GET', '/openapi.json')).body as OpenApiDocument;
    const allowed = new Set([
      'GET /v1/models',
      'POST /v1/messages/count_tokens',
      ...Object.keys(CALLS).map((path) => `POST ${path}`),
    ]);
    let refused = 0;
    for (const { name, method, path, operation } of operationsIn(document)) {
      const { security } = operation as unknown as { security: unknown[] };
      if (security.length === 0 || allowed.has(name)) continue;
      const { status, body } = await send(caller, method, path.replaceAll(/\{\w+\}/g, 'x'));
      assert.deepEqual([status, body.code], [403, 'forbidden'], name);
      refused++;
    }
    assert.ok(refused > 40, `only ${refused} operations`);
  });
});

test('a key without it calls nothing, and is told so in the form of what it called', async () => {
  const { key } = await makeKey(service, { scopes: ['route', 'feedback', 'read'] });
  for (const [path, said] of Object.entries(CALLS)) {
    const { status, body } = await send(key, 'POST', path, { ...said, model: 'a/small' });
    assert.deepEqual([status, body.error.type, body.error.code], [403, 'permission_error', 'forbidden'], path);
    assert.match(body.error.message, /expected the scope call/);
    assert.equal(body.type, path === ANTHROPIC ? 'error' : undefined, path);
  }
});

describe('a key with lists of LLMs and policies', () => {
  async function assertRefused(path: string, body: object, code: string, field: string): Promise<void> {
    const received = provider.received.length;
    const answer = await send(narrow, 'POST', path, { ...CALLS[path], ...body });
    const { error, type } = answer.body;
    assert.deepEqual([answer.status, error.type, error.code], [403, 'permission_error', code], path);
    assert.ok(error.message.startsWith(`${field}: expected `), error.message);
    if (path === ANTHROPIC) assert.deepEqual([type, 'param' in error], ['error', false]);
    else assert.equal(error.param, field);
    assert.equal(answer.headers.get('content-type'), 'application/json');
    assert.equal(provider.received.length, received, 'nothing was called');
  }

  test('is refused an LLM outside its list, wherever it is named', async () => {
    for (const path of Object.keys(CALLS)) {
      await assertRefused(path, { model: 'b/large' }, 'model_not_allowed', 'model');
      const pin = { model: 'a/small', pointsman: { pin: ['b/large'] } };
      await assertRefused(path, pin, 'model_not_allowed', 'pin[0]');
    }
  });

  test('is refused a policy outside its list, and rules that its policies say', async () => {
    for (const path of Object.keys(CALLS)) {
      const model = path === '/v1/embeddings' ? 'a/small' : 'auto';
      if (model === 'auto') await assertRefused(path, { model: 'auto:quality' }, 'policy_not_allowed', 'policy');
      await assertRefused(path, { model, pointsman: { policy: 'quality' } }, 'policy_not_allowed', 'policy');
      await assertRefused(path, { model, pointsman: { exploration: 0.1 } }, 'policy_not_allowed', 'exploration');
    }
  });

  test('is sent to an LLM of its list by its first policy, and reads of no other', async () => {
    const { status, headers } = await send(narrow, 'POST', '/v1/messages', { ...CALLS[ANTHROPIC], model: 'auto' });
    assert.equal(status, 200);
    assert.deepEqual([headers.get('x-pointsman-model'), headers.get('x-pointsman-policy')], ['a/small', 'cost']);
    const { data } = (await send(narrow, 'GET', '/v1/models')).body as Listed;
    assert.deepEqual(
      data.map(({ id }) => id),
      ['auto', 'auto:cost', 'a/small'],
    );
  });
});
