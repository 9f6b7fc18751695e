import assert from 'node:assert/strict';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import type { AuditEntry } from '../../src/schema/audit.js';
import { KeyList, KeyMade } from '../../src/schema/key.js';
import { makeKey, startService, type Service } from './service.js';

let service: Service;
let admin: string;

async function call(method: string, path: string, body?: unknown, key = admin): Promise<{ status: number; body: any }> {
  const response = await fetch(`${service.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (response.status === 201 && path === '/v1/keys') assert.equal(response.headers.get('cache-control'), 'no-store');
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

before(async () => {
  service = await startService();
  admin = (await makeKey(service, { name: 'root', scopes: ['admin'] })).key;
});
after(() => service.remove());

test('a key is made, used, rotated and revoked over HTTP, each at once', async () => {
  const { status, body } = await call('POST', '/v1/keys', {
    name: 'app',
    scopes: ['route'],
    tenant: 'shop',
    models: ['a/small'],
    limits: { requests_per_minute: 100 },
  });
  assert.equal(status, 201);
  const made = KeyMade.parse(body);
  const routed = await call('POST', '/v1/route', { query: 'q' }, made.key);
  assert.deepEqual([routed.status, routed.body.model], [200, 'a/small']);
  assert.equal((await call('GET', '/v1/models', undefined, made.key)).status, 403);

  const rotated = await call('POST', `/v1/keys/${made.id}/rotate`, { overlap_hours: 0 });
  assert.equal(rotated.status, 200);
  assert.equal((await call('POST', '/v1/route', { query: 'q' }, made.key)).status, 401);
  assert.equal((await call('POST', '/v1/route', { query: 'q' }, rotated.body.key)).status, 200);

  assert.equal(made.exploration, true);
  const plain = await call('POST', '/v1/keys', { name: 'plain', scopes: ['route'], exploration: false });
  assert.equal(KeyMade.parse(plain.body).exploration, false);
  assert.equal((await call('DELETE', `/v1/keys/${plain.body.id}`)).status, 204);

  const { keys } = KeyList.parse((await call('GET', '/v1/keys')).body);
  assert.deepEqual(
    keys.map(({ name }) => name),
    ['root', 'app', 'plain'],
  );
  assert.ok(keys[1]!.used.requests >= 2);
  assert.doesNotMatch(JSON.stringify(keys), /pk_/);

  assert.equal((await call('DELETE', `/v1/keys/${made.id}`)).status, 204);
  assert.equal((await call('POST', '/v1/route', { query: 'q' }, rotated.body.key)).status, 401);
  assert.equal((await call('DELETE', `/v1/keys/${made.id}`)).status, 204);
});

test('the budget of a key is spent by what decisions are expected to cost', async () => {
  const routed = (await call('POST', '/v1/route', { query: 'q', models: ['b/large'] })).body;
  const cost = routed.ranking[0].cost_usd;
  const { key } = (
    await call('POST', '/v1/keys', { name: 'poor', scopes: ['route'], limits: { usd_per_day: 2.5 * cost } })
  ).body;
  const ask = () => call('POST', '/v1/route', { query: 'q', models: ['b/large'] }, key);
  assert.deepEqual([(await ask()).status, (await ask()).status], [200, 200]);
  const third = await ask();
  assert.deepEqual([third.status, third.body.code], [429, 'budget_exhausted']);
  const batch = await call('POST', '/v1/route/batch', { requests: [{ query: 'q', models: ['b/large'] }] }, key);
  assert.equal(batch.body.code, 'budget_exhausted');
});

test('each query of a batch counts as a request', async () => {
  const { key } = (
    await call('POST', '/v1/keys', { name: 'few', scopes: ['route'], limits: { requests_per_minute: 5 } })
  ).body;
  const batchOf = (n: number) =>
    call('POST', '/v1/route/batch', { requests: Array.from({ length: n }, () => ({ query: 'q' })) }, key);
  assert.equal((await batchOf(6)).body.code, 'rate_limited');
  assert.equal((await batchOf(4)).status, 200);
  assert.equal((await batchOf(1)).body.code, 'rate_limited');
});

test('a key that is revoked while its body comes does nothing more', async () => {
  const { key, id } = (await call('POST', '/v1/keys', { name: 'slow', scopes: ['admin'] })).body;
  const body = JSON.stringify({ name: 'backdoor', scopes: ['admin'] });
  const status = await new Promise<number>((resolve, reject) => {
    const slow = request(
      `${service.url}/v1/keys`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (res) => resolve(res.resume().statusCode!),
    );
    slow.on('error', reject);
    slow.write(body.slice(0, -1));
    void call('DELETE', `/v1/keys/${id}`)
      // As long as a caller's word counts, and the key was authorised before it was revoked.
      .then(() => sleep(600))
      .then(() => slow.end(body.slice(-1)));
  });
  assert.equal(status, 401);
  assert.doesNotMatch(JSON.stringify((await call('GET', '/v1/keys')).body), /backdoor/);
});

test('tokens of embedded queries count, and a batch may not ask for too much at once', async () => {
  const { key } = (
    await call('POST', '/v1/keys', { name: 'few', scopes: ['route'], limits: { tokens_per_minute: 100 } })
  ).body;
  assert.equal((await call('POST', '/v1/embed', { query: 'a few words' }, key)).status, 200);
  assert.equal((await call('POST', '/v1/embed', { query: 'word '.repeat(500) }, key)).body.code, 'rate_limited');
  const requests = Array.from({ length: 1000 }, () => ({ query: 'q', explain: true }));
  const { status, body } = await call('POST', '/v1/route/batch', { requests });
  assert.deepEqual([status, body.code], [400, 'invalid_request']);
  assert.match(body.detail, /^requests: expected rankings of 25000 LLMs altogether/);
});

test('what administrators change is in the audit log: who, what, before and after, and no secret', async () => {
  await call('PUT', '/v1/policies/mine', { cost_weight: 1 });
  await call('PUT', '/v1/policies/mine', { cost_weight: 2 });
  await call('DELETE', '/v1/policies/mine');
  assert.equal((await call('DELETE', '/v1/policies/mine')).status, 404);
  const page = (await call('GET', '/v1/audit?limit=3')).body as { entries: AuditEntry[]; next: number };
  const policy = (weight: number) => ({ name: 'mine', built_in: false, cost_weight: weight });
  assert.deepEqual(
    page.entries.map((entry) => [entry.action, entry.target, entry.before, entry.after]),
    [
      ['DELETE /v1/policies/{name}', '/v1/policies/mine', policy(2), null],
      ['PUT /v1/policies/{name}', '/v1/policies/mine', policy(1), policy(2)],
      ['PUT /v1/policies/{name}', '/v1/policies/mine', null, policy(1)],
    ],
  );
  const { id } = (await service.ledger.keys.list())[0]!;
  assert.deepEqual(page.entries[0]!.actor, { via: 'http', key: id, name: 'root', address: '127.0.0.1' });

  const made = (await call('POST', '/v1/keys', { name: 'secretive', scopes: ['read'] })).body;
  await call('POST', `/v1/keys/${made.id}/rotate`, {});
  await call('PUT', '/v1/models/a/small', { input_price: 3 });
  const all = (await call('GET', `/v1/audit?limit=1000`)).body.entries as AuditEntry[];
  assert.doesNotMatch(JSON.stringify(all), /pk_|learned/);
  assert.deepEqual(
    all.slice(0, 3).map(({ target }) => target),
    ['/v1/models/a/small', `/v1/keys/${made.id}/rotate`, '/v1/keys'],
  );
  assert.deepEqual((all[2]!.after as { request: unknown }).request, {
    name: 'secretive',
    scopes: ['read'],
    exploration: true,
  });
  await call('POST', '/v1/forget', { query: 'to be forgotten' });
  const forget = (await call('GET', '/v1/audit?limit=1')).body.entries[0] as AuditEntry;
  assert.equal(forget.action, 'POST /v1/forget');
  assert.doesNotMatch(JSON.stringify(forget), /to be forgotten/);
  await call('PUT', '/v1/models/a/small', { extra: { pad: 'x'.repeat(21_000) }, input_price: 4 });
  const long = ((await call('GET', '/v1/audit?limit=1')).body.entries[0] as AuditEntry).after as Record<string, any>;
  assert.deepEqual([long['input_price'], long['extra'].characters], [4, 21_010]);
  const older = (await call('GET', `/v1/audit?limit=1000&before=${page.next}`)).body;
  assert.deepEqual(
    older.entries,
    all.filter((entry) => entry.id < page.next),
  );
  assert.equal(older.next, null);
  const found = (await call('GET', '/v1/audit?search=DELETE%20/V1/pol&limit=9')).body as { entries: AuditEntry[] };
  assert.deepEqual(found, { entries: [page.entries[0]], next: null });
});
