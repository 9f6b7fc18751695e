import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { dataPaths } from '../../src/base/paths.js';
import { openLedger } from '../../src/store/open.js';
import { startProvider } from '../providers/provider-server.js';
import { done, pointsman, workplace } from './support.js';

const SECRET = 'sk-proj-0123456789abcdef';

const listed = async (data: string): Promise<Record<string, unknown>[]> =>
  (JSON.parse(await done('providers', 'list', '--json', '--data', data)) as { providers: Record<string, unknown>[] })
    .providers;

describe('providers', () => {
  test('are added, replaced, listed and removed in the data folder, and the audit log says who did', async (t) => {
    const { data } = workplace(t);
    const folder = ['--data', data];
    const at = ['--base-url', 'https://api.openai.test/v1'];
    const added = await pointsman(['providers', 'add', 'openai', ...at, '--key-env', 'TEST_PROVIDER_KEY', ...folder]);
    assert.deepEqual([added.code, added.stdout], [0, 'openai added\n']);
    assert.equal(
      added.stderr,
      'openai: here, the environment variable TEST_PROVIDER_KEY is not set; a service needs it where it runs\n',
    );
    const sent = ['--protocol', 'anthropic', '--auth', 'bearer', '--header', 'X-Team: search', '--header', 'X-B:b'];
    const bounds = ['--first-byte-ms', '5000', '--idle-ms', '9000', '--connections', '7'];
    const whole = [...sent, ...bounds, '--responses', '--no-stream-usage'];
    assert.equal(
      await done('providers', 'add', 'local', '--base-url', 'http://10.0.0.1', ...whole, ...folder),
      'local added\n',
    );
    assert.equal(await done('providers', 'add', 'openai', ...at, ...folder), 'openai replaced\n');
    assert.deepEqual(await listed(data), [
      {
        name: 'local',
        base_url: 'http://10.0.0.1',
        protocol: 'anthropic',
        auth: 'bearer',
        headers: { 'X-Team': 'search', 'X-B': 'b' },
        first_byte_ms: 5000,
        idle_ms: 9000,
        connections: 7,
        responses: true,
        stream_usage: false,
        key: 'none',
      },
      { name: 'openai', base_url: 'https://api.openai.test/v1', protocol: 'openai', key: 'none' },
    ]);
    assert.match(
      await done('providers', 'list', ...folder),
      /^openai +openai +https:\/\/api\.openai\.test\/v1 +– +none$/m,
    );
    assert.equal(await done('providers', 'remove', 'local', ...folder), 'local removed\n');
    const again = await pointsman(['providers', 'remove', 'local', ...folder]);
    assert.deepEqual([again.code, /There is no provider "local"/.test(again.stderr)], [1, true]);
    const ledger = await openLedger(dataPaths(data).ledger, { clock: systemClock, readonly: true });
    const entries = await ledger.audit.list({ limit: 10 });
    await ledger.close();
    const keyOf = (state: unknown): unknown => (state as { key_env?: string } | null)?.key_env;
    assert.deepEqual(
      entries.map(({ action, target, before, after }) => [action, target, keyOf(before), keyOf(after)]),
      [
        ['providers remove', '/v1/providers/local', undefined, undefined],
        ['providers add', '/v1/providers/openai', 'TEST_PROVIDER_KEY', undefined],
        ['providers add', '/v1/providers/local', undefined, undefined],
        ['providers add', '/v1/providers/openai', undefined, 'TEST_PROVIDER_KEY'],
      ],
    );
  });

  test('of a file are applied as far as they are declared otherwise, or none of them', async (t) => {
    const { data, file } = workplace(t);
    const folder = ['--data', data];
    const text =
      'vllm:\n  base_url: http://127.0.0.1:8000/v1\nclaude:\n  base_url: https://claude.test\n  protocol: anthropic\n';
    const yaml = file('providers.yaml', text);
    await done('providers', 'add', 'other', '--base-url', 'http://other.test', ...folder);
    assert.equal(await done('providers', 'apply', yaml, ...folder), '+ vllm\n+ claude\n2 changed, 0 unchanged\n');
    assert.equal(await done('providers', 'apply', yaml, ...folder), '0 changed, 2 unchanged\n');
    file('providers.yaml', `${text}  auth: bearer\n`);
    assert.equal(await done('providers', 'apply', yaml, ...folder), '~ claude\n1 changed, 1 unchanged\n');
    file('providers.yaml', `${text}  key: ${SECRET}\nvllm2:\n  base_url: ftp://x\n`);
    const { code, stderr } = await pointsman(['providers', 'apply', yaml, ...folder]);
    assert.deepEqual(
      [code, stderr],
      [
        1,
        `pointsman: ${yaml}: claude.key: expected no such field, got a text of 24 characters; vllm2.base_url: ` +
          'expected an http or https URL without user, password and fragment, got a text of 7 characters\n',
      ],
    );
    assert.deepEqual(
      (await listed(data)).map(({ name, auth }) => [name, auth]),
      [
        ['claude', 'bearer'],
        ['other', undefined],
        ['vllm', undefined],
      ],
    );
  });

  test('are checked by what they answer, with the key as it is here, which is never shown', async (t) => {
    const { data, file } = workplace(t);
    const folder = ['--data', data];
    const provider = await startProvider(({ request, response }) => {
      const { authorization = '' } = request.headers;
      if (authorization !== `Bearer ${SECRET}`)
        return response.writeHead(401).end(JSON.stringify({ error: { message: `Incorrect key: ${authorization}` } }));
      return response.end(JSON.stringify({ object: 'list', data: [{ id: 'gpt-5-mini' }, { id: 'gpt-5' }] }));
    });
    t.after(() => provider.stop());
    await done('providers', 'add', 'p', '--base-url', provider.url, '--key-file', file('key', SECRET), ...folder);
    const deployments = 'deployments:\n- {provider: p, model: gpt-5-mini}\n- {provider: p, model: gpt-6}\n';
    await done('models', 'put', 'mini', file('mini.yaml', deployments), ...folder);
    const good = await pointsman(['providers', 'check', 'p', ...folder]);
    assert.equal(good.code, 0, good.stderr);
    assert.match(good.stdout, /^p: http:\/\/127\.0\.0\.1:\d+\/v1\/models lists 2 models, in \d+ ms \(key: set\)\n$/);
    assert.equal(good.stderr, 'mini: p lists no model "gpt-6"\n');
    assert.equal(provider.came[0]!.request.method, 'GET');
    const asJson = JSON.parse(await done('providers', 'check', 'p', '--json', ...folder)) as { models: string[] };
    assert.deepEqual(asJson.models, ['gpt-5-mini', 'gpt-5']);

    file('key', `${SECRET}-rotated`);
    const refused = await pointsman(['providers', 'check', 'p', ...folder]);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /expected a list of models, got HTTP 401: the key was refused: .*Incorrect key: Bearer \[key\]/,
    );
    await provider.stop();
    const gone = await pointsman(['providers', 'check', 'p', ...folder]);
    assert.match(gone.stderr, /^pointsman: The provider p at 127\.0\.0\.1:\d+: connect ECONNREFUSED/);
    for (const { stdout, stderr } of [good, refused, gone]) assert.ok(!`${stdout}${stderr}`.includes(SECRET));
    const unknown = await pointsman(['providers', 'check', 'nobody', ...folder]);
    assert.deepEqual([unknown.code, /There is no provider "nobody"/.test(unknown.stderr)], [1, true]);
  });

  test('with what is wrong are refused by name', async (t) => {
    const { data } = workplace(t);
    const at = ['--base-url', 'http://x.test'];
    for (const [args, message] of [
      [['add', 'x'], /--base-url/],
      [['add', 'x', '--base-url', 'x'], /^pointsman: base_url: /],
      [['add', 'x', '--base-url', 'https://u:secret@x.test'], /^pointsman: base_url: .*without user/],
      [['add', '-x', ...at], /unknown option|name: expected letters/],
      [['add', 'a/b', ...at], /^pointsman: name: .*expected letters/],
      [['add', 'x', ...at, '--protocol', 'grpc'], /Allowed choices are openai, anthropic/],
      [['add', 'x', ...at, '--key-env', 'a-b'], /key_env: expected the name of an environment variable/],
      [['add', 'x', ...at, '--key-env', 'A', '--key-file', '/a'], /key_file: expected none beside key_env/],
      [['add', 'x', ...at, '--header', 'Authorization: Bearer x'], /headers\.Authorization/],
      [['add', 'x', ...at, '--header', 'x'], /expected a header such as/],
      [['add', 'x', ...at, '--connections', '0'], /integer from 1 to 10000/],
    ] as [string[], RegExp][]) {
      const { code, stderr } = await pointsman(['providers', ...args, '--data', data]);
      assert.deepEqual([code, message.test(stderr)], [2, true], stderr);
      assert.doesNotMatch(stderr, /secret/);
    }
  });
});

describe('models put', () => {
  test('takes an id beside a file that names none, or the same', async (t) => {
    const { data, file } = workplace(t);
    const put = (...args: string[]) => pointsman(['models', 'put', ...args, '--data', data]);
    const nameless = file('nameless.yaml', 'deployments: [{provider: openai, model: gpt-5-mini}]\n');
    assert.equal((await put('gpt-5-mini', nameless)).stdout, 'gpt-5-mini added\n');
    assert.equal((await put('gpt-5-mini', file('named.yaml', 'id: gpt-5-mini\n'))).stdout, 'gpt-5-mini replaced\n');
    const routeprofile = file('routeprofile.yaml', 'capabilities:\n  task_types: []\n');
    assert.equal((await put('other', routeprofile)).stdout, 'other added\n');
    for (const [args, message] of [
      [['a', file('b.yaml', 'id: b\n')], /b\.yaml: id: expected "a" or none, got "b"/],
      [['a', file('list.yaml', '- id: a\n')], /list\.yaml: expected a profile, got an array of 1/],
      [['a', file('wrong.yaml', 'size_b: x\n')], /wrong\.yaml: size_b: /],
      [[nameless], /nameless\.yaml:1:1: id: /],
    ] as [string[], RegExp][]) {
      const { code, stderr } = await put(...args);
      assert.deepEqual([code, message.test(stderr)], [1, true], stderr);
    }
  });
});
