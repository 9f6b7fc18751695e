import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { codeIn } from '../../scripts/openapi/errors.js';
import type { Problem } from '../../src/http/kit/problem.js';
import { createMetrics } from '../../src/http/metrics.js';
import { operationsOf } from '../../src/http/resources/index.js';
import { errorsOf, type Operation } from '../../src/http/kit/operation.js';
import { SCOPES, type KeyMade, type Scope } from '../../src/schema/key.js';
import { dataPaths } from '../../src/base/paths.js';
import { openLedger } from '../../src/store/open.js';
import { createKeyService } from '../../src/keys/service.js';
import { ask, makeKey, startService, type Service } from './service.js';

interface Answer {
  status: number;
  code: string | undefined;
  headers: Record<string, string | string[] | undefined>;
}

/** Asks by Node's own client: `fetch` sets some headers as it likes. */
function send(url: string, method: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(`${url}${path}`, { method, headers: { 'content-type': 'application/json', ...headers } }, (res) => {
      let text = '';
      // It has no end to wait for.
      if (res.headers['content-type']?.startsWith('text/event-stream') === true) {
        resolve({ status: res.statusCode!, code: undefined, headers: res.headers });
        return void res.destroy();
      }
      res.setEncoding('utf8').on('data', (part: string) => (text += part));
      res.on('end', () => {
        const [status, type = ''] = [res.statusCode!, res.headers['content-type']];
        const isError = status >= 400 && type.endsWith('json');
        resolve({ status, code: isError ? codeIn(JSON.parse(text)) : undefined, headers: res.headers });
      });
    })
      .on('error', reject)
      .end();
  });
}

const bearing = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
const targetOf = ({ path }: Operation): string => path.replaceAll(/\{\w+\}/g, '%zz');

let time = Date.now();
let service: Service;
let byScope: Map<Scope, KeyMade>;
let expired: KeyMade;
let revoked: KeyMade;
let operations: Operation[];

before(async () => {
  service = await startService({ clock: () => time });
  byScope = new Map();
  for (const scope of SCOPES) byScope.set(scope, await makeKey(service, { name: scope, scopes: [scope] }));
  const soon = new Date(time + 1000).toISOString();
  expired = await makeKey(service, { scopes: ['admin'], expires_at: soon });
  revoked = await makeKey(service, { scopes: ['admin'] });
  await createKeyService({ ledger: service.ledger, clock: () => time }).revoke(revoked.id);
  time += 2000;
  await service.live.follower.catchUp(['keys']);
  // Only what they declare is read of them here.
  const { ledger, live } = service;
  const metrics = createMetrics({ ledger, live });
  operations = operationsOf({ ledger, live, metrics } as Parameters<typeof operationsOf>[0]);
});
after(() => service.remove());

describe('every operation', () => {
  test('says which of these it answers', () => {
    for (const operation of operations) {
      const codes = new Set<string>(errorsOf(operation));
      const asks = operation.scope !== null;
      for (const code of ['unauthorized', 'forbidden', 'rate_limited']) assert.equal(codes.has(code), asks, code);
      const changes = operation.method !== 'GET' || operation.scope === 'route';
      assert.equal(codes.has('cross_site'), changes, `${operation.method} ${operation.path}`);
    }
  });

  test('asks for a key that is good, and has its scope', async () => {
    for (const operation of operations) {
      const { method, scope, orScope } = operation;
      const path = targetOf(operation);
      const what = `${method} ${operation.path}`;
      const codeWith = async (headers?: Record<string, string>): Promise<string | undefined> =>
        (await send(service.url, method, path, headers)).code;
      if (scope === null) {
        assert.notEqual(await codeWith(), 'unauthorized', what);
        assert.notEqual(await codeWith(bearing('pk_wrong')), 'unauthorized', what);
        continue;
      }
      const right = byScope.get(scope)!;
      const forged = `${right.key.slice(0, -1)}${right.key.endsWith('A') ? 'B' : 'A'}`;
      for (const headers of [
        undefined,
        bearing(forged),
        bearing(expired.key),
        bearing(revoked.key),
        { authorization: 'x' },
      ])
        assert.equal(await codeWith(headers), 'unauthorized', what);
      for (const [other, { key }] of byScope)
        if (other !== scope && other !== orScope && other !== 'admin')
          assert.equal(await codeWith(bearing(key)), 'forbidden', what);
      const other = orScope === undefined ? [] : [byScope.get(orScope)!.key];
      for (const key of [right.key, ...other, byScope.get('admin')!.key]) {
        const allowed = [await codeWith(bearing(key)), await codeWith({ 'x-api-key': key })];
        for (const code of allowed) assert.ok(code !== 'unauthorized' && code !== 'forbidden', `${what}: ${code}`);
      }
    }
  });

  test('counts against the requests of a key', async () => {
    const key = await makeKey(service, { scopes: [...SCOPES], limits: { requests_per_minute: 1 } });
    assert.equal((await send(service.url, 'GET', '/v1/models', bearing(key.key))).status, 200);
    for (const operation of operations) {
      if (operation.scope === null) continue;
      const answer = await send(service.url, operation.method, targetOf(operation), bearing(key.key));
      assert.equal(answer.code, 'rate_limited', `${operation.method} ${operation.path}`);
      assert.ok(Number(answer.headers['retry-after']) > 0 && Number(answer.headers['retry-after']) <= 61);
    }
  });

  test('lets the share of a key with limits through while another process writes, and no more', async () => {
    const key = await makeKey(service, { scopes: [...SCOPES], limits: { requests_per_minute: 3 } });
    const other = await openLedger(dataPaths(service.folder).ledger, { clock: () => time });
    const writer = await other.imports.begin();
    try {
      assert.equal((await send(service.url, 'GET', '/v1/models', bearing(key.key))).status, 200);
      for (const operation of operations) {
        if (operation.scope === null) continue;
        const { code } = await send(service.url, operation.method, targetOf(operation), bearing(key.key));
        assert.equal(code, 'ledger_busy', `${operation.method} ${operation.path}`);
      }
    } finally {
      await writer.end();
      await other.close();
    }
  });

  test('is closed to pages of other sites where it changes something, and to names of others', async () => {
    const open = await startService();
    try {
      for (const operation of operations) {
        const what = `${operation.method} ${operation.path}`;
        const path = targetOf(operation);
        const rebound = await send(open.url, operation.method, path, { host: 'evil.example' });
        assert.equal(rebound.code, 'host_not_allowed', what);
        assert.equal(rebound.headers['x-content-type-options'], 'nosniff');
        const changes = operation.method !== 'GET' || operation.scope === 'route';
        for (const headers of [
          { origin: 'https://evil.example' },
          { origin: 'null' },
          { 'sec-fetch-site': 'cross-site' },
          { 'sec-fetch-site': 'same-site', origin: 'http://localhost:1' },
        ] as Record<string, string>[]) {
          const { code } = await send(open.url, operation.method, path, headers);
          if (changes) assert.equal(code, 'cross_site', what);
          else assert.notEqual(code, 'cross_site', what);
        }
        const own = await send(open.url, operation.method, path, { origin: open.url, 'sec-fetch-site': 'same-origin' });
        assert.notEqual(own.code, 'cross_site', what);
      }
    } finally {
      await open.remove();
    }
  });
});

describe('origins', () => {
  test('that are named may call, and are answered with the headers of CORS', async () => {
    const origin = 'https://app.example.com';
    const named = await startService({ app: { corsOrigins: [origin] } });
    try {
      const preflight = await send(named.url, 'OPTIONS', '/v1/route', {
        origin,
        'access-control-request-method': 'POST',
        'sec-fetch-site': 'cross-site',
      });
      assert.equal(preflight.status, 204);
      assert.equal(preflight.headers['access-control-allow-origin'], origin);
      assert.match(String(preflight.headers['access-control-allow-headers']), /Authorization/);
      const read = await send(named.url, 'GET', '/v1/route?query=q', { origin, 'sec-fetch-site': 'cross-site' });
      assert.equal(read.status, 200);
      assert.equal(read.headers['access-control-allow-origin'], origin);
      const other = await send(named.url, 'GET', '/v1/models', { origin: 'https://other.example.com' });
      assert.equal(other.headers['access-control-allow-origin'], undefined);
    } finally {
      await named.remove();
    }
  });

  test('hosts that are named are answered, and others are not, with keys or without', async () => {
    const named = await startService({ app: { hosts: ['pointsman.example'] } });
    try {
      const statusOf = async (host: string): Promise<number> =>
        (await send(named.url, 'GET', '/healthz', { host })).status;
      for (const host of ['pointsman.example', 'POINTSMAN.example:443', 'localhost', '127.0.0.1:8080', '[::1]:8080'])
        assert.equal(await statusOf(host), 200, host);
      assert.equal(await statusOf('evil.example'), 403);
      assert.equal((await send(service.url, 'GET', '/healthz', { host: 'any.example' })).status, 200);
    } finally {
      await named.remove();
    }
  });
});

describe('without a key', () => {
  test('a service that never had one is open, and its first is not made over HTTP', async () => {
    const open = await startService();
    try {
      assert.equal((await send(open.url, 'GET', '/v1/models')).status, 200);
      assert.equal((await send(open.url, 'GET', '/v1/models', bearing('sk-of-another-service'))).status, 200);
      const { status, body } = await ask(open, 'POST', '/v1/keys', { name: 'a', scopes: ['admin'] });
      assert.equal(status, 403);
      assert.equal((body as Problem).code, 'forbidden');
      await makeKey(open, { scopes: ['read'] });
      assert.equal((await send(open.url, 'GET', '/v1/models')).status, 401);
    } finally {
      await open.remove();
    }
  });

  test('health and readiness tell nothing, and metrics are for who may read unless they are open', async () => {
    const text = async (url: string, headers = {}): Promise<unknown> => (await fetch(url, { headers })).json();
    assert.deepEqual(await text(`${service.url}/healthz`), { status: 'ok' });
    assert.deepEqual(await text(`${service.url}/readyz`), { ready: true });
    const told = await text(`${service.url}/readyz`, bearing(byScope.get('read')!.key));
    assert.deepEqual(Object.keys(told as object), ['ready', 'checks', 'version', 'models']);
    assert.equal((await send(service.url, 'GET', '/metrics')).status, 401);
    const open = await startService({ app: { openMetrics: true } });
    try {
      await makeKey(open, {});
      assert.equal((await send(open.url, 'GET', '/metrics')).status, 200);
    } finally {
      await open.remove();
    }
  });
});

describe('GET /v1/access', () => {
  const who = async (key?: string): Promise<unknown> =>
    (await fetch(`${service.url}/v1/access`, key === undefined ? {} : { headers: bearing(key) })).json();

  test('tells who shows a key what they may', async () => {
    const key = await makeKey(service, { name: 'app', scopes: ['route', 'read'], tenant: 'acme', models: ['a/small'] });
    assert.deepEqual(await who(key.key), {
      key: key.id,
      name: 'app',
      scopes: ['route', 'read'],
      tenant: 'acme',
      models: ['a/small'],
      policies: null,
      keys: true,
    });
    const admin = (await who(byScope.get('admin')!.key)) as { scopes: Scope[] };
    assert.deepEqual(admin.scopes, SCOPES, 'admin may all');
  });

  test('tells who shows none, or none that is good, that they may nothing', async () => {
    const stranger = {
      key: null,
      name: 'stranger',
      scopes: [],
      tenant: null,
      models: null,
      policies: null,
      keys: true,
    };
    for (const key of [undefined, 'pk_wrong', expired.key, revoked.key]) assert.deepEqual(await who(key), stranger);
  });

  test('where there are no keys, everybody may all', async () => {
    const open = await startService();
    const { body } = await ask(open, 'GET', '/v1/access');
    assert.deepEqual(body, {
      key: null,
      name: 'anybody',
      scopes: SCOPES,
      tenant: null,
      models: null,
      policies: null,
      keys: false,
    });
    await open.remove();
  });
});
