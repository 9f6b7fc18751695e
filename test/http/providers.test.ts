import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ProviderInfo } from '../../src/schema/provider.js';
import { ask, makeKey, startService, type Service } from './service.js';

const SECRET = 'sk-proj-0123456789abcdef';
const BODY = { base_url: 'http://127.0.0.1:9/v1', key_env: 'TEST_HTTP_PROVIDER_KEY', headers: { 'X-Team': 'a' } };

let service: Service;
before(async () => {
  service = await startService();
  process.env['TEST_HTTP_PROVIDER_KEY'] = SECRET;
});
after(async () => {
  delete process.env['TEST_HTTP_PROVIDER_KEY'];
  await service.remove();
});

const put = (name: string, body: unknown) => ask(service, 'PUT', `/v1/providers/${name}`, body);

describe('/v1/providers', () => {
  test('has what is put, whether its key is there, and how its deployments fare; never the key', async () => {
    const made = await put('local', BODY);
    const shown = { name: 'local', protocol: 'openai', ...BODY, key: 'set', key_problem: null, deployments: [] };
    assert.deepEqual(made, { status: 201, body: shown });
    const profile = {
      deployments: [
        { provider: 'local', model: 'small' },
        { provider: 'later', model: 'small' },
      ],
    };
    assert.equal((await ask(service, 'PUT', '/v1/models/a/small', profile)).status, 200, 'a provider may come later');
    const { status, body } = await ask(service, 'GET', '/v1/providers/local');
    const { deployments, ...rest } = body as ProviderInfo;
    assert.deepEqual([status, { ...rest, deployments: [] }], [200, shown]);
    assert.deepEqual(
      deployments.map(({ model, deployment, state, in_flight }) => [model, deployment, state, in_flight]),
      [['a/small', 'small', 'closed', 0]],
    );
    assert.equal((await put('local', { ...BODY, key_env: 'TEST_HTTP_NO_SUCH_KEY' })).status, 200);
    const listed = (await ask(service, 'GET', '/v1/providers')).body as { providers: ProviderInfo[] };
    assert.deepEqual(
      listed.providers.map(({ name, key, key_problem: problem }) => [name, key, problem]),
      [['local', 'missing', 'the environment variable TEST_HTTP_NO_SUCH_KEY is not set']],
    );
    assert.ok(!JSON.stringify([made, body, listed, service.logLines]).includes(SECRET));
  });

  test('is in force at once: an LLM is called where its deployments say', async () => {
    await put('local', BODY);
    await ask(service, 'PUT', '/v1/models/b/large', { deployments: [{ provider: 'local', model: 'large' }] });
    const { providers } = service.live;
    assert.equal(providers.uncallable('b/large', 'chat'), undefined);
    assert.equal(providers.targets('b/large', 'messages', 1)[0]!.provider.base_url, BODY.base_url);
    assert.equal((await ask(service, 'DELETE', '/v1/providers/local')).status, 204);
    assert.equal(providers.uncallable('b/large', 'chat'), 'its provider local is not known');
    assert.equal((await ask(service, 'DELETE', '/v1/providers/local')).status, 404);
    const profile = (await ask(service, 'GET', '/v1/models/b/large')).body as { deployments: unknown };
    assert.deepEqual(profile.deployments, [{ provider: 'local', model: 'large' }]);
  });

  test('refuses what is no provider, and says nothing back that may be a secret', async () => {
    for (const body of [
      { ...BODY, key: SECRET },
      { ...BODY, base_url: `https://user:${SECRET}@api.test/v1` },
      { ...BODY, headers: { Authorization: `Bearer ${SECRET}` } },
      { ...BODY, key_env: SECRET },
    ]) {
      const answer = await put('local', body);
      assert.equal(answer.status, 400);
      assert.ok(!JSON.stringify(answer).includes(SECRET), JSON.stringify(answer));
    }
    assert.ok(!service.logLines.join('').includes(SECRET));
  });

  test('is read by who may read, changed by who may administer, and each change is in the audit log', async () => {
    const audited = await startService();
    try {
      const [reader, admin] = [
        await makeKey(audited, { scopes: ['read'] }),
        await makeKey(audited, { scopes: ['admin'], name: 'root' }),
      ];
      const send = async (key: string, method: string, path: string, body?: unknown) =>
        (
          await fetch(audited.url + path, {
            method,
            headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          })
        ).status;
      assert.equal(await send(reader.key, 'PUT', '/v1/providers/p', BODY), 403);
      assert.equal(await send(admin.key, 'PUT', '/v1/providers/p', BODY), 201);
      assert.equal(await send(reader.key, 'GET', '/v1/providers/p'), 200);
      assert.equal(await send(reader.key, 'DELETE', '/v1/providers/p'), 403);
      assert.equal(await send(admin.key, 'DELETE', '/v1/providers/p'), 204);
      const kept = { name: 'p', protocol: 'openai', ...BODY };
      assert.deepEqual(
        (await audited.ledger.audit.list({ limit: 10 })).map(({ action, target, before: was, after: is }) => [
          action,
          target,
          was,
          is,
        ]),
        [
          ['DELETE /v1/providers/{name}', '/v1/providers/p', kept, null],
          ['PUT /v1/providers/{name}', '/v1/providers/p', null, kept],
        ],
      );
    } finally {
      await audited.remove();
    }
  });
});
