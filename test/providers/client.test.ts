import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { createProviderClient, type ProviderClient } from '../../src/providers/client.js';
import { whyBroken } from '../../src/providers/failure.js';
import { createSecrets } from '../../src/providers/secrets.js';
import type { ProviderFailure } from '../../src/providers/types.js';
import { freePort } from '../support/process.js';
import { eventually } from '../support/wait.js';
import { never, startProvider, targetAt, textOf, type Came, type ProviderServer } from './provider-server.js';

const SECRET = 'sk-0123456789abcdef';
const env: NodeJS.ProcessEnv = { KEY: SECRET };

async function open(
  t: TestContext,
  answer?: (call: Came) => void,
): Promise<{ client: ProviderClient; provider: ProviderServer }> {
  const provider = await startProvider(answer);
  const client = createProviderClient(createSecrets({ env, clock: () => 0 }));
  t.after(async () => {
    await client.close();
    await provider.stop();
  });
  return { client, provider };
}

const request = (body = '{}', signal = never()) => ({ body, headers: {}, signal });

const failureOf = (sending: Promise<unknown>): Promise<ProviderFailure> =>
  sending.then(
    () => assert.fail('expected it to fail'),
    (error: unknown) => error as ProviderFailure,
  );

describe('a call', () => {
  test('arrives as it was sent, with the provider’s key, and its answer comes as it was given', async (t) => {
    const { client, provider } = await open(t, ({ response }) =>
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-one': ['a', 'b'] }).end('data: {"ä": 1}\n\n'),
    );
    const body = '{"model": "there",  "ünknown": [1, 2]}';
    const target = targetAt(provider.url, { key_env: 'KEY' });
    const answer = await client.send(target, { body, headers: { 'x-trace': 't' }, signal: never() });
    assert.deepEqual([answer.status, answer.headers['x-one']], [200, 'a, b']);
    assert.equal(await textOf(answer.body), 'data: {"ä": 1}\n\n');
    const [came] = provider.came;
    assert.deepEqual([came!.request.method, came!.request.url, came!.body], ['POST', '/v1/chat/completions', body]);
    const { authorization, 'accept-encoding': encoding, 'x-trace': trace } = came!.request.headers;
    assert.deepEqual([authorization, encoding, trace], [`Bearer ${SECRET}`, 'identity', 't']);
  });

  test('of Anthropic’s protocol has its path, its key and its version', async (t) => {
    const { client, provider } = await open(t, ({ response }) => response.end('{}'));
    const { body } = await client.send(targetAt(provider.url, { protocol: 'anthropic', key_env: 'KEY' }), request());
    await textOf(body);
    const { url, headers } = provider.came[0]!.request;
    assert.deepEqual(
      [url, headers['x-api-key'], headers['anthropic-version'], headers.authorization],
      ['/v1/messages', SECRET, '2023-06-01', undefined],
    );
  });

  test('is answered whatever the status, and follows no redirect', async (t) => {
    const { client, provider } = await open(t, ({ response }) =>
      response.writeHead(307, { location: '/elsewhere', 'retry-after': '7' }).end('no'),
    );
    const { status, headers, body } = await client.send(targetAt(provider.url), request());
    assert.deepEqual([status, headers['location'], headers['retry-after']], [307, '/elsewhere', '7']);
    assert.equal(await textOf(body), 'no');
    assert.equal(provider.came.length, 1);
  });

  test('takes the connection of the one before it, and no more connections than are allowed', async (t) => {
    const { client, provider } = await open(t);
    const target = targetAt(provider.url, { connections: 1 });
    const first = provider.next();
    const both = [client.send(target, request('1')), client.send(target, request('2'))];
    const one = await first;
    assert.equal(await provider.connections(), 1);
    assert.equal(provider.came.length, 1);
    const second = provider.next();
    one.response.end('one');
    assert.equal(await textOf((await both[0]!).body), 'one');
    const two = await second;
    assert.equal(two.socket, one.socket);
    two.response.end('two');
    assert.equal(await textOf((await both[1]!).body), 'two');
  });
});

describe('no answer', () => {
  test('where nobody listens: no connection, by the name and host of the provider', async (t) => {
    const { client } = await open(t);
    const port = await freePort();
    const { kind, message } = await failureOf(client.send(targetAt(`http://127.0.0.1:${port}/v1`), request()));
    assert.equal(kind, 'connect');
    assert.equal(message, `The provider local at 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`);
  });

  test('where the provider dies before its head', async (t) => {
    const { client, provider } = await open(t, ({ socket }) => socket.destroy());
    const { kind, message } = await failureOf(client.send(targetAt(provider.url), request()));
    assert.equal(kind, 'connect');
    assert.match(message, /local at 127\.0\.0\.1:\d+: the connection was closed before the head of an answer$/);
  });

  test('where the head does not come in time, and the provider’s connection ends', async (t) => {
    const { client, provider } = await open(t);
    const coming = provider.next();
    const failing = failureOf(client.send(targetAt(provider.url, { first_byte_ms: 50 }), request()));
    const { socket } = await coming;
    const { kind, message } = await failing;
    assert.equal(kind, 'first_byte');
    assert.match(message, /: no head of an answer within 50 ms$/);
    if (!socket.closed) await once(socket, 'close');
  });

  test('where a connection does not come free in time', async (t) => {
    const { client, provider } = await open(t);
    const target = targetAt(provider.url, { connections: 1, first_byte_ms: 100 });
    const coming = provider.next();
    const first = client.send(target, request());
    const { response } = await coming;
    response.writeHead(200).write('begun');
    const { body } = await first;
    const { kind } = await failureOf(client.send(target, request()));
    assert.equal(kind, 'first_byte');
    assert.equal(provider.came.length, 1);
    response.end();
    assert.equal(await textOf(body), 'begun');
  });

  test('where the head is huge', async (t) => {
    const { client, provider } = await open(t, ({ response }) =>
      response.writeHead(200, { 'x-huge': 'x'.repeat(40_000) }).end(),
    );
    const { kind, message } = await failureOf(client.send(targetAt(provider.url), request()));
    assert.equal(kind, 'connect');
    assert.match(message, /the head of its answer is too large$/);
  });

  test('where what comes is not HTTP, and nothing of it is told but that', async (t) => {
    const server = createServer((socket: Socket) => void socket.on('error', () => undefined).end(`what? ${SECRET}`));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    t.after(() => server.close());
    const { client } = await open(t);
    const { port } = server.address() as AddressInfo;
    const target = targetAt(`http://127.0.0.1:${port}/v1`, { key_env: 'KEY' });
    const failure = await failureOf(client.send(target, request()));
    assert.equal(failure.kind, 'connect');
    assert.ok(!JSON.stringify([failure.message, failure]).includes(SECRET), failure.message);
  });

  test('where the key is missing: nothing is sent', async (t) => {
    const { client, provider } = await open(t);
    const { kind, message } = await failureOf(client.send(targetAt(provider.url, { key_env: 'NOWHERE' }), request()));
    assert.equal(kind, 'config');
    assert.equal(message, 'The key of provider local: the environment variable NOWHERE is not set');
    assert.equal(provider.came.length, 0);
  });
});

describe('giving up', () => {
  test('before the head reaches the provider, and at once whoever waits', async (t) => {
    const { client, provider } = await open(t);
    const stop = new AbortController();
    const coming = provider.next();
    const failing = failureOf(client.send(targetAt(provider.url), request('{}', stop.signal)));
    const { socket } = await coming;
    const closed = once(socket, 'close');
    stop.abort();
    assert.equal((await failing).kind, 'aborted');
    await closed;
  });

  test('in the middle of an answer reaches the provider, and ends the body', async (t) => {
    const { client, provider } = await open(t, ({ response }) => void response.writeHead(200).write('begun'));
    const stop = new AbortController();
    const { body } = await client.send(targetAt(provider.url), request('{}', stop.signal));
    const closed = once(provider.came[0]!.socket, 'close');
    const reading = textOf(body);
    stop.abort(new Error('gone'));
    await assert.rejects(reading, /gone/);
    await closed;
  });

  test('while a call waits for a connection is heard at once, and the call is never sent', async (t) => {
    const { client, provider } = await open(t);
    const target = targetAt(provider.url, { connections: 1 });
    const coming = provider.next();
    const first = client.send(target, request('1'));
    const { response } = await coming;
    const stop = new AbortController();
    const failing = failureOf(client.send(target, request('2', stop.signal)));
    stop.abort();
    assert.equal((await failing).kind, 'aborted');
    response.end('one');
    await textOf((await first).body);
    const third = provider.next();
    const sending = client.send(target, request('3'));
    (await third).response.end();
    await textOf((await sending).body);
    assert.deepEqual(
      provider.came.map(({ body }) => body),
      ['1', '3'],
    );
  });

  test('before it is sent sends nothing', async (t) => {
    const { client, provider } = await open(t);
    const { kind } = await failureOf(client.send(targetAt(provider.url), request('{}', AbortSignal.abort())));
    assert.equal(kind, 'aborted');
    assert.equal(provider.came.length, 0);
  });

  test('by destroying a body frees the connection, with nobody listening to its errors', async (t) => {
    const { client, provider } = await open(t, ({ response }) => void response.writeHead(200).write('begun'));
    const { body } = await client.send(targetAt(provider.url), request());
    const closed = once(provider.came[0]!.socket, 'close');
    body.destroy();
    await closed;
  });
});

describe('a body', () => {
  test('that breaks off errors, as one that does not end properly', async (t) => {
    const { client, provider } = await open(t, ({ response, socket }) => {
      response.writeHead(200).write('begun', () => socket.destroy());
    });
    const { body } = await client.send(targetAt(provider.url), request());
    await assert.rejects(textOf(body), (error) => whyBroken(error) === 'broken');
  });

  test('that pauses for longer than idle_ms errors, and the provider’s connection ends', async (t) => {
    const { client, provider } = await open(t, ({ response }) => void response.writeHead(200).write('begun'));
    const { body } = await client.send(targetAt(provider.url, { idle_ms: 50 }), request());
    const { socket } = provider.came[0]!;
    await assert.rejects(textOf(body), (error) => whyBroken(error) === 'paused');
    if (!socket.closed) await once(socket, 'close');
  });

  test('that nobody reads does not count as a pause of the provider, and holds it up', async (t) => {
    const size = 32 * 1024 * 1024;
    const { client, provider } = await open(t, ({ response }) => void response.writeHead(200).end(Buffer.alloc(size)));
    const { body } = await client.send(targetAt(provider.url, { idle_ms: 50 }), request());
    const { response } = provider.came[0]!;
    // Undici looks twice a second.
    await new Promise((done) => setTimeout(done, 1_500));
    assert.ok(!response.writableFinished, 'the provider waits');
    let length = 0;
    for await (const part of body as AsyncIterable<Buffer>) length += part.length;
    assert.equal(length, size);
  });
});

describe('closing', () => {
  test('the connections of a provider that is not kept lets its calls end', async (t) => {
    const { client, provider } = await open(t, ({ response }) => void response.writeHead(200).write('begun '));
    const target = targetAt(provider.url);
    const { body } = await client.send(target, request());
    client.retain([]);
    provider.came[0]!.response.end('and ended');
    assert.equal(await textOf(body), 'begun and ended');
    await eventually('no connections', async () => (await provider.connections()) === 0 || undefined);
  });

  test('all lets no call begin, and waits for those in flight, but not for ever', async (t) => {
    const { client, provider } = await open(t, ({ response }) => void response.writeHead(200).write('begun '));
    const target = targetAt(provider.url);
    const [ending, hanging] = await Promise.all([client.send(target, request('1')), client.send(target, request('2'))]);
    const [whole, broken] = [textOf(ending.body), textOf(hanging.body)];
    const broke = assert.rejects(broken);
    const closing = client.close();
    assert.equal((await failureOf(client.send(target, request()))).kind, 'connect');
    provider.came.find((call) => call.body === '1')!.response.end('and ended');
    assert.equal(await whole, 'begun and ended');
    await closing;
    await broke;
  });
});
