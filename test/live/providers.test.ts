import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { createFollower, type Follower } from '../../src/live/follower.js';
import { openLiveProviders, type LiveProviders } from '../../src/live/providers.js';
import type { ProviderFailure } from '../../src/providers/types.js';
import { BreakerSettings } from '../../src/schema/health.js';
import { LlmProfile } from '../../src/schema/profile.js';
import { Provider } from '../../src/schema/provider.js';
import type { Ledger } from '../../src/store/open.js';
import { keptLog, temporaryLedger } from '../decision/parts.js';
import { never, startProvider, textOf, type Came, type ProviderServer } from '../providers/provider-server.js';

interface Opened {
  ledger: Ledger;
  live: LiveProviders;
  follower: Follower;
  provider: ProviderServer;
  time: { now: number };
  folder: string;
  lines: string[];
}

/** A ledger with one LLM, `a`, at one provider, `p`, which is a real server. */
async function opened(t: TestContext, answer: (call: Came) => void, fields: object = {}): Promise<Opened> {
  const { ledger, folder, remove } = await temporaryLedger();
  const provider = await startProvider(answer);
  await ledger.providers.put(Provider.parse({ name: 'p', base_url: provider.url, ...fields }));
  await ledger.catalog.put(LlmProfile.parse({ id: 'a', deployments: [{ provider: 'p', model: 'there' }] }));
  const time = { now: Date.UTC(2026, 0, 1) };
  const { log, lines } = keptLog();
  const live = await openLiveProviders({ ledger, clock: () => time.now, log, env: {} });
  t.after(async () => {
    await live.close();
    await provider.stop();
    await remove();
  });
  return { ledger, live, follower: createFollower(ledger.changes, [live], log), provider, time, folder, lines };
}

async function call({ live }: Opened): Promise<string> {
  const [target] = live.targets('a', 'chat', 1);
  const end = live.begin(target!, 1);
  const { body } = await live.send(target!, { body: '{}', headers: {}, signal: never() });
  const text = await textOf(body);
  end({ error: null, tokens: 0 });
  return text;
}

describe('providers', () => {
  test('are followed: what is declared next is where the next call goes, over connections that stay', async (t) => {
    const all = await opened(t, ({ response }) => response.end('first'));
    const { ledger, live, follower, provider } = all;
    assert.deepEqual([await call(all), await call(all)], ['first', 'first']);
    await ledger.catalog.put(LlmProfile.parse({ id: 'b', deployments: [{ provider: 'p', model: 'b' }] }));
    await follower.catchUp(['catalog']);
    assert.equal(live.uncallable('b', 'chat'), undefined);
    assert.equal(await call(all), 'first');
    const sockets = provider.came.map(({ socket }) => socket);
    assert.ok(sockets.slice(0, 2).includes(sockets[2]!), 'a connection of before');

    const second = await startProvider(({ response }) => response.end('second'));
    t.after(() => second.stop());
    await ledger.providers.put(Provider.parse({ name: 'p', base_url: second.url }));
    await follower.catchUp(['providers']);
    assert.equal(await call(all), 'second');
    await ledger.providers.delete('p');
    await follower.catchUp(['providers']);
    assert.equal(live.uncallable('a', 'chat'), 'its provider p is not known');
  });

  test('that change or go leave their calls in flight alone', async (t) => {
    const all = await opened(t, ({ response }) => void response.writeHead(200).write('begun '));
    const { ledger, live, follower, provider } = all;
    const coming = provider.next();
    const calling = call(all);
    const { response } = await coming;
    await ledger.providers.delete('p');
    await follower.catchUp(['providers']);
    response.end('and ended');
    assert.equal(await calling, 'begun and ended');
    assert.deepEqual(live.targets('a', 'chat', 1), []);
  });

  test('are sent the key that is in their file now', async (t) => {
    const all = await opened(t, ({ request, response }) => response.end(request.headers.authorization), {
      key_file: 'nowhere',
    });
    const { ledger, live, follower, folder, time, lines } = all;
    assert.match(
      live.uncallable('a', 'chat')!,
      /^the key of its provider p is missing: the file nowhere can't be read/,
    );
    assert.ok(lines.some((line) => line.includes('the key of a provider is missing')));
    const file = join(folder, 'key');
    writeFileSync(file, 'first-key-012345');
    const [provider] = await ledger.providers.list();
    await ledger.providers.put({ ...provider!, key_file: file });
    await follower.catchUp(['providers']);
    assert.equal(await call(all), 'Bearer first-key-012345');
    writeFileSync(file, 'second-key-012345');
    time.now += 1_000;
    assert.equal(await call(all), 'Bearer second-key-012345');
    assert.equal(live.redact('first-key-012345 second-key-012345'), '[key] [key]');
    assert.ok(!lines.join('').includes('-key-0'));
  });

  test('and their deployments are shown without a key, and as they fare by the breaker of now', async (t) => {
    const { ledger, live, follower, time } = await opened(t, ({ socket }) => socket.destroy());
    await ledger.settings.put('breaker', BreakerSettings.parse({ min_calls: 2, cool_down_ms: 5_000 }));
    await follower.catchUp(['settings']);
    const [provider] = await ledger.providers.list();
    for (let i = 0; i < 2; i++) {
      const [target] = live.targets('a', 'chat', 1);
      const end = live.begin(target!, 1);
      const failure = await live.send(target!, { body: '{}', headers: {}, signal: never() }).then(
        () => assert.fail(),
        (error: unknown) => error as ProviderFailure,
      );
      end({ error: failure.kind, tokens: 0 });
    }
    assert.deepEqual(live.info(provider!), {
      ...provider,
      key: 'none',
      key_problem: null,
      deployments: [
        {
          model: 'a',
          deployment: 'there',
          priority: 0,
          state: 'open',
          calls: 2,
          failures: 2,
          error: 'connect',
          retry_at: new Date(time.now + 5_000).toISOString(),
          held_until: null,
          in_flight: 0,
          full: null,
        },
      ],
    });
    time.now += 5_000;
    assert.equal(live.info(provider!).deployments[0]!.state, 'half_open');
  });
});
