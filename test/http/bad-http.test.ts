import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startServer, type RunningServer } from '../../src/http/index.js';
import type { Problem } from '../../src/http/kit/problem.js';

/** Paths of requests that came through. */
const handled: string[] = [];
let server: RunningServer;
before(async () => {
  server = await startServer(
    {
      handle(req, res) {
        handled.push(`${req.method} ${req.url}`);
        req.on('error', () => undefined);
        req.resume().once('end', () => setTimeout(() => res.end(`<${req.url}>`), req.url === '/slow' ? 200 : 0));
      },
      endStreams: () => undefined,
      drain: async () => undefined,
    },
    { host: '127.0.0.1', port: 0, graceMs: 100, headersMs: 300, requestMs: 600 },
  );
});
after(() => server.close());

async function open(): Promise<Socket> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function all(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'end');
  return Buffer.concat(chunks).toString('latin1');
}

/** All that is answered to a text. */
async function answerTo(text: string): Promise<string> {
  const socket = await open();
  socket.write(text);
  return all(socket);
}

/** The last answer of several, held to be a problem document after which the connection closes. */
function problemAtEnd(text: string): Problem {
  const last = text.slice(text.lastIndexOf('HTTP/1.1 '));
  const [head, body] = last.split('\r\n\r\n') as [string, string];
  const problem = JSON.parse(body) as Problem;
  assert.match(head, new RegExp(`^HTTP/1\\.1 ${problem.status} [A-Z]`));
  assert.match(head, /^Content-Type: application\/problem\+json\r?$/m);
  assert.match(head, /^Connection: close\r?$/m);
  assert.match(head, new RegExp(`^Content-Length: ${Buffer.byteLength(body)}\r?$`, 'm'));
  return problem;
}

const GOOD = 'GET /good HTTP/1.1\r\nHost: x\r\n\r\n';

describe('Answered with a problem document', () => {
  const post = (headers: string, body = ''): string => `POST /evil HTTP/1.1\r\nHost: x\r\n${headers}\r\n${body}`;
  const cases: [string, string, string][] = [
    ['no request line', 'hello\r\n\r\n', 'bad_http'],
    ['a line of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'bad_http'],
    ['an unknown method', 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n', 'bad_http'],
    ['another protocol', 'GET / HTTQ/1.1\r\nHost: x\r\n\r\n', 'bad_http'],
    ['another version', 'GET / HTTP/3.7\r\nHost: x\r\n\r\n', 'bad_http'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'bad_http'],
    ['a header without a colon', 'GET / HTTP/1.1\r\nHost: x\r\nbroken\r\n\r\n', 'bad_http'],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n', 'bad_http'],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: x\r\n Content-Length: 5\r\n\r\n', 'bad_http'],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n', 'bad_http'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 'bad_http'],
    ['two lengths', post('Content-Length: 5\r\nContent-Length: 6\r\n', 'aaaaaa'), 'bad_http'],
    ['a length and chunks', post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'), 'bad_http'],
    ['chunks and a length', post('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', '0\r\n\r\n'), 'bad_http'],
    ['chunks that are not last', post('Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'), 'bad_http'],
    ['a length with a sign', post('Content-Length: +5\r\n', 'aaaaa'), 'bad_http'],
    ['a wrong chunk', post('Transfer-Encoding: chunked\r\n', 'zz\r\n'), 'bad_http'],
    ['a line end of one sign', 'GET / HTTP/1.1\nHost: x\n\n', 'bad_http'],
    ['another expectation', 'GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n', 'expectation_failed'],
    ['large headers', `GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`, 'headers_too_large'],
    ['many headers', `GET / HTTP/1.1\r\nHost: x\r\n${'A: xxxx\r\n'.repeat(5000)}\r\n`, 'headers_too_large'],
    ['a long path', `GET /${'x'.repeat(1_000_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 'headers_too_large'],
    ['CONNECT', 'CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n\x16\x03\x01', 'method_not_allowed'],
  ];
  for (const [what, text, code] of cases)
    test(what, async () => {
      const earlier = handled.length;
      const answer = await answerTo(text);
      assert.equal(problemAtEnd(answer).code, code, answer);
      assert.equal(answer.match(/HTTP\/1\.1 \d/g)!.length, 1);
      // Where the head was right, the request is begun before its body is wrong.
      if (what !== 'a wrong chunk') assert.deepEqual(handled.slice(earlier), []);
    });

  test('headers that do not come, and a body that does not', async () => {
    for (const text of ['', 'GET / HT', 'GET / HTTP/1.1\r\nHost: x\r\nA: ', post('Content-Length: 9\r\n', 'abc')])
      assert.equal(problemAtEnd(await answerTo(text)).code, 'request_timeout', text);
  });

  test('headers that come a byte at a time', async () => {
    const socket = await open();
    const answer = all(socket);
    socket.write('GET / HTTP/1.1\r\nA: ');
    const timer = setInterval(() => socket.write('a'), 20);
    assert.equal(problemAtEnd(await answer).code, 'request_timeout');
    clearInterval(timer);
  });
});

test('answers before a fault are sent first, whole', async () => {
  const slow = GOOD.replace('/good', '/slow');
  for (const fault of ['broken\r\n\r\n', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n']) {
    const answer = await answerTo(GOOD + slow + GOOD + fault);
    assert.deepEqual([...answer.matchAll(/<\S+>/g)].map(String), ['</good>', '</slow>', '</good>']);
    assert.equal(
      answer.match(/HTTP\/1\.1 \d{3}/g)!.join(),
      `${'HTTP/1.1 200,'.repeat(3)}HTTP/1.1 ${problemAtEnd(answer).status}`,
    );
  }
});

test('nothing after a fault is handled', async () => {
  const earlier = handled.length;
  const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
  for (const head of [
    'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n',
    'Content-Length: 5\r\nContent-Length: 0\r\n',
  ])
    await answerTo(`POST /evil HTTP/1.1\r\nHost: x\r\n${head}\r\n0\r\n\r\n${smuggled}`);
  const socket = await open();
  socket.write('broken\r\n\r\n');
  await pause(50);
  socket.write(smuggled);
  await all(socket);
  assert.deepEqual(handled.slice(earlier), []);
});

test('a connection that breaks in the middle gets nothing', async () => {
  const socket = await open();
  socket.write('POST /half HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc');
  await pause(50);
  socket.resetAndDestroy();
  assert.match(await answerTo(GOOD.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')), /<\/good>$/);
});

test('Upgrade is left aside, and 100-continue is answered', async () => {
  const close = 'Connection: close\r\n\r\n';
  assert.match(
    await answerTo(`GET /up HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n${close}`),
    /^HTTP\/1\.1 200[\s\S]*<\/up>$/,
  );
  assert.match(
    await answerTo(`POST /c HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n${close}x`),
    /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200[\s\S]*<\/c>$/,
  );
});

test('A request for another protocol is answered, and its connection closes', async () => {
  const upgrading = 'Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\nhi';
  const text = await answerTo(`POST /up HTTP/1.1\r\nHost: x\r\n${upgrading}`);
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(text, /^Connection: close\r$/m);
  assert.ok(text.endsWith('</up>'));
});
