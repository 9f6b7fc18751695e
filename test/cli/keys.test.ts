import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { describe, test } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { dataPaths } from '../../src/base/paths.js';
import { openLedger } from '../../src/store/open.js';
import { prepareQueue } from '../support/queue-folder.js';
import { done, LIGHT, pointsman, service, workplace } from './support.js';

const sizeOf = (state: unknown): number | undefined => (state as { size_b?: number } | null)?.size_b;
const KEY = /^pk_[0-9a-f]{16}_[\w-]{43}$/;
const KEY_LINE = /^pk_[0-9a-f]{16}_[\w-]{43}\n$/;

describe('keys', () => {
  test('are made, listed, rotated and revoked in the data folder, and the log says who did', async (t) => {
    const { data } = workplace(t);
    const folder = ['--data', data];
    const made = await pointsman(['keys', 'create', 'root', '--scopes', 'admin', ...folder]);
    assert.match(made.stdout.trim(), KEY);
    assert.match(made.stderr, /shown this once/);
    const whole = ['--tenant', 'shop', '--models', 'a,b', '--policies', 'cost', '--expires', '30d'];
    const limits = ['--requests-per-minute', '600', '--usd-per-day', '2.5'];
    const texts = ['--texts', 'whole', '--texts-hours', '24'];
    const args = ['create', 'app', '--scopes', 'feedback,route', ...whole, ...limits, ...texts, '--json', ...folder];
    const app = JSON.parse(await done('keys', ...args)) as Record<string, unknown> & { id: string; key: string };
    assert.match(app.key, KEY);
    assert.deepEqual(
      [app['scopes'], app['models'], app['policies'], app['limits'], app['texts']],
      [
        ['route', 'feedback'],
        ['a', 'b'],
        ['cost'],
        { requests_per_minute: 600, usd_per_day: 2.5 },
        { store: 'whole', hours: 24 },
      ],
    );
    assert.match(await done('keys', 'create', 'agent', '--scopes', 'call', ...folder), KEY_LINE);
    const listed = await done('keys', 'list', ...folder);
    assert.match(
      listed,
      /app +route,feedback +shop +a,b +cost +requests_per_minute 600, usd_per_day 2\.5 +whole for 24 h +until 20/,
    );
    assert.match(listed, /agent +call +/);
    assert.doesNotMatch(listed, /pk_/);

    const rotated = await done('keys', 'rotate', app.id, '--overlap-hours', '0', ...folder);
    assert.match(rotated.trim(), KEY);
    assert.notEqual(rotated.trim(), app.key);
    assert.equal(await done('keys', 'revoke', app.id, ...folder), `${app.id} revoked\n`);
    assert.match(await done('keys', 'list', ...folder), /revoked 20/);
    const again = await pointsman(['keys', 'rotate', app.id, ...folder]);
    assert.deepEqual([again.code, /There is no key/.test(again.stderr)], [1, true]);
  });

  test('and other changes by commands are in the audit log, with who ran them', async (t) => {
    const { data, file } = workplace(t);
    const folder = ['--data', data];
    await done('models', 'put', file('a.yaml', 'id: a\nsize_b: 7\n'), ...folder);
    await done('models', 'put', file('a.yaml', 'id: a\nsize_b: 8\n'), ...folder);
    await done('models', 'delete', 'a', ...folder);
    await done('keys', 'create', 'root', '--scopes', 'admin', ...folder);
    const ledger = await openLedger(dataPaths(data).ledger, { clock: systemClock, readonly: true });
    const entries = await ledger.audit.list({ limit: 10 });
    await ledger.close();
    assert.deepEqual(
      entries.map(({ action, before, after }) => [action, sizeOf(before), sizeOf(after)]),
      [
        ['keys create', undefined, undefined],
        ['models delete', 8, undefined],
        ['models put', 7, 8],
        ['models put', undefined, 7],
      ],
    );
    assert.deepEqual(entries[0]!.actor, { via: 'cli', key: null, name: userInfo().username, address: null });
    assert.doesNotMatch(JSON.stringify(entries), /pk_/);
  });

  test('with what is wrong are refused by name', async (t) => {
    const { data } = workplace(t);
    for (const [args, message] of [
      [['create', 'x'], /--scopes/],
      [['create', 'x', '--scopes', 'root'], /scopes\[0\]/],
      [['create', 'x', '--scopes', 'read', '--expires', 'soon'], /expected days/],
      [['create', 'x', '--scopes', 'read', '--expires', '2020-01-01'], /expires_at/],
      [['create', 'x', '--scopes', 'read', '--requests-per-minute', '0'], /integer from 1/],
      [['revoke', 'nobody'], /^pointsman: id: .*expected 16 hex digits/],
    ] as [string[], RegExp][]) {
      const { code, stderr } = await pointsman(['keys', ...args, '--data', data]);
      assert.deepEqual([code, message.test(stderr)], [2, true], stderr);
    }
  });

  test('are asked for on an address that others reach, unless the service is told to be open', async (t) => {
    const { data } = workplace(t);
    await prepareQueue(data);
    const start = ['start', '--data', data, '--host', '0.0.0.0', '--port', '0', ...LIGHT];
    const refused = await pointsman(start);
    assert.equal(refused.code, 2);
    assert.match(
      refused.stderr,
      /^pointsman: host: expected a loopback address, as there is no key yet, got 0\.0\.0\.0/,
    );

    const open = await service(t, 'start', ['--data', data, '--host', '0.0.0.0', '--open', ...LIGHT]);
    assert.match(open.output(), /Nobody is asked for a key/);
    await open.end();

    const key = (await done('keys', 'create', 'root', '--scopes', 'admin', '--data', data)).trim();
    const locked = await service(t, 'start', ['--data', data, '--host', '0.0.0.0', ...LIGHT]);
    assert.doesNotMatch(locked.output(), /Nobody is asked/);
    const list = (env: NodeJS.ProcessEnv) => pointsman(['policies', 'list', '--url', locked.url], { env });
    const without = await list({});
    assert.deepEqual([without.code, /POINTSMAN_API_KEY/.test(without.stderr)], [1, true]);
    assert.equal((await list({ POINTSMAN_API_KEY: key })).code, 0);
  });
});
