import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from '../../src/protocol/types.js';
import { formAt, urlOf } from '../../src/providers/address.js';
import { headersOf } from '../../src/providers/headers.js';
import { ProviderBody } from '../../src/schema/provider.js';

const APIS: readonly Api[] = ['chat', 'responses', 'messages', 'embeddings'];

test('the form of a call decides the path under the base URL, whose query stays', () => {
  const at = (base_url: string, api: Api, protocol: 'openai' | 'anthropic' = 'openai'): string =>
    urlOf({ base_url, protocol }, api).href;
  assert.deepEqual(
    APIS.map((api) => at('https://a.test/v1/', api)),
    ['chat/completions', 'responses', 'messages', 'embeddings'].map((path) => `https://a.test/v1/${path}`),
  );
  assert.equal(at('https://a.test', 'chat'), 'https://a.test/chat/completions');
  assert.equal(at('https://a.test', 'messages', 'anthropic'), 'https://a.test/v1/messages');
  assert.equal(at('https://a.test/api/v1', 'messages', 'anthropic'), 'https://a.test/api/v1/messages');
  assert.equal(at('https://a.test/d/m?api-version=1', 'chat'), 'https://a.test/d/m/chat/completions?api-version=1');
});

test('a provider is called in the client’s form where it has that, else in the one that is translated', () => {
  const forms = (protocol: 'openai' | 'anthropic', responses?: boolean) =>
    APIS.map((api) => formAt({ protocol, responses }, api));
  assert.deepEqual(forms('openai'), ['chat', 'chat', 'chat', 'embeddings']);
  assert.deepEqual(forms('openai', true), ['chat', 'responses', 'chat', 'embeddings']);
  assert.deepEqual(forms('anthropic', true), ['messages', 'messages', 'messages', null]);
});

test('keys go out as a provider takes them, and a client’s key never does', () => {
  const client = { authorization: 'Bearer pk_client', 'x-api-key': 'pk_client', cookie: 'a=1', 'x-trace': 't' };
  const auth = (fields: object): unknown => {
    const {
      authorization,
      'x-api-key': x,
      'api-key': azure,
    } = headersOf(ProviderBody.parse({ base_url: 'http://a.test', ...fields }), 'chat', 'secret', client);
    return { authorization, x, azure };
  };
  const none = { authorization: undefined, x: undefined, azure: undefined };
  assert.deepEqual(auth({}), { ...none, authorization: 'Bearer secret' });
  assert.deepEqual(auth({ protocol: 'anthropic' }), { ...none, x: 'secret' });
  assert.deepEqual(auth({ auth: 'api-key' }), { ...none, azure: 'secret' });
  assert.deepEqual(auth({ protocol: 'anthropic', auth: 'bearer' }), { ...none, authorization: 'Bearer secret' });
  const without = headersOf(ProviderBody.parse({ base_url: 'http://a.test' }), 'chat', null, client);
  assert.deepEqual(without, { 'content-type': 'application/json', 'accept-encoding': 'identity', 'x-trace': 't' });
});

test('a provider’s headers go over the client’s, and Anthropic’s version is the client’s where it says one', () => {
  const provider = ProviderBody.parse({
    base_url: 'http://a.test',
    protocol: 'anthropic',
    headers: { 'X-Team': 'own' },
  });
  const client = { 'x-team': 'other', 'accept-encoding': 'br', te: 'trailers', 'content-length': '9' };
  assert.deepEqual(headersOf(provider, 'messages', null, client), {
    'anthropic-version': '2023-06-01',
    'x-team': 'own',
    'content-type': 'application/json',
    'accept-encoding': 'identity',
  });
  const newer = headersOf(provider, 'messages', null, { 'anthropic-version': '2030-01-01' });
  assert.equal(newer['anthropic-version'], '2030-01-01');
});

test('a base URL is http or https and holds no password; headers are none of Pointsman’s own', () => {
  const fieldsOf = (body: object): unknown[] =>
    ProviderBody.safeParse({ base_url: 'http://a.test/v1', ...body }).error?.issues.map(({ path }) => path.join('.')) ??
    [];
  for (const base_url of ['http://127.0.0.1:11434/v1', 'https://a.test', 'http://[::1]:8000/v1?api-version=1'])
    assert.deepEqual(fieldsOf({ base_url }), []);
  for (const base_url of ['ftp://a.test', 'file:///etc/passwd', 'https://u:p@a.test', 'https://a.test/#x', 'a.test'])
    assert.ok(fieldsOf({ base_url }).includes('base_url'), base_url);
  for (const header of ['Authorization', 'x-api-key', 'Host', 'Content-Length', 'Transfer-Encoding', 'a b', 'ä'])
    assert.equal(fieldsOf({ headers: { [header]: 'x' } }).length > 0, true, header);
  assert.deepEqual(fieldsOf({ headers: { 'X-A': 'a\r\nX-B: b' } }), ['headers.X-A']);
  assert.deepEqual(fieldsOf({ key_env: 'A', key_file: '/a' }), ['key_file']);
  assert.deepEqual(fieldsOf({ key: 'sk-secret' }), ['']);
});
