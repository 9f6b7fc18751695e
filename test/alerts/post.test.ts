import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import type { LookupFunction } from 'node:net';
import { test } from 'node:test';
import { createPost } from '../../src/alerts/post.js';
import { eventually } from '../support/wait.js';
import { receiver } from './receiver.js';

const POSTING = { body: '{"event":"drift"}', headers: { 'webhook-id': 'one' }, timeoutMs: 2_000 };
const post = createPost(true);

test('posts JSON, with what a URL has of path, query, user and password', async (t) => {
  const { port, received } = await receiver(t);
  await post(`http://user:p%40ss@127.0.0.1:${port}/hook?key=1`, POSTING);
  const [{ headers, path, body }] = received as [(typeof received)[number]];
  assert.deepEqual([path, body], ['/hook?key=1', POSTING.body]);
  assert.deepEqual(
    [headers['content-type'], headers['webhook-id'], headers.authorization],
    ['application/json', 'one', `Basic ${btoa('user:p@ss')}`],
  );
});

test('an address of this machine is refused before anything is sent, and so is a name that means one', async (t) => {
  const { port, received } = await receiver(t);
  const careful = createPost(false);
  for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', 'localhost'])
    await assert.rejects(careful(`http://${host}:${port}/secret`, POSTING), (error: Error) => {
      assert.match(error.message, /is a private address; --allow-private-webhooks/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  assert.equal(received.length, 0);
});

test('a name is looked up once for each try, and what was looked up is connected to', async (t) => {
  const { port, received } = await receiver(t);
  let asked = 0;
  const lookup: LookupFunction = (_name, options, called) => {
    asked++;
    if (options.all === true) called(null, [{ address: '127.0.0.1', family: 4 }]);
    else called(null, '127.0.0.1', 4);
  };
  await createPost(false, lookup)(`http://hooks.example.org:${port}/`, POSTING);
  assert.deepEqual([asked, received.length, received[0]!.headers.host], [1, 1, `hooks.example.org:${port}`]);
});

for (const [what, answer, expected] of [
  ['a refusal', (_, res) => res.writeHead(503).end(), /^HTTP 503$/],
  [
    'a redirect',
    (_, res) => res.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(),
    /^HTTP 307, and redirects are not followed$/,
  ],
  ['a connection that is closed', (req) => void req.socket.destroy(), /socket hang up/],
  ['what is no HTTP', (req) => void req.socket.end('SSH-2.0-x\r\n'), /Parse Error/],
  ['an answer that does not come', () => undefined, /^no answer within 200 ms$/],
] satisfies [string, RequestListener, RegExp][])
  test(`${what} is an error`, async (t) => {
    const { port } = await receiver(t, answer as RequestListener);
    await assert.rejects(
      post(`http://127.0.0.1:${port}/secret?key=1`, { ...POSTING, timeoutMs: 200 }),
      (error: Error) => {
        assert.match(error.message, expected);
        assert.doesNotMatch(error.message, /secret|key/);
        return true;
      },
    );
  });

test('a port that nobody listens on is an error that says so', async () => {
  await assert.rejects(post('http://127.0.0.1:9/secret', POSTING), /ECONNREFUSED/);
});

test('of a body without end little is read', async (t) => {
  let sent = 0;
  let closed = false;
  const { port } = await receiver(t, (_, res) => {
    res.on('close', () => (closed = true));
    const more = (): void => {
      if (closed || sent > 64e6) return;
      sent += 65_536;
      res.write('x'.repeat(65_536), more);
    };
    more();
  });
  await post(`http://127.0.0.1:${port}/`, POSTING);
  await eventually('its end', () => closed, 5_000);
  assert.ok(sent < 32e6, `${sent} bytes`);
});
