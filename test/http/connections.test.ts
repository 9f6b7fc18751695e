import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { boundConnections } from '../../src/http/connections.js';
import { eventually } from '../support/wait.js';

/** A server of its own for a test, and connections to it. */
async function serve(
  t: TestContext,
  handle: RequestListener,
  unreadMs?: number,
): Promise<{ open(): Promise<Socket>; all(socket: Socket): Promise<string> }> {
  const server = createServer();
  boundConnections(server, handle, unreadMs);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    async open() {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      return socket;
    },
    async all(socket) {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.resume();
      await once(socket, 'close');
      return Buffer.concat(chunks).toString('latin1');
    },
  };
}

const get = (path: string, headers = ''): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
const LAST = 'Connection: close\r\n';

test('three thousand requests in one write are answered in order', async (t) => {
  const { open, all } = await serve(t, (req, res) => void res.end(`<${req.url}>`));
  const socket = await open();
  const paths = Array.from({ length: 3000 }, (_, i) => `/${i}`);
  socket.write(paths.map((path) => get(path)).join('') + get('/last', LAST));
  const answered = [...(await all(socket)).matchAll(/<(\/\w+)>/g)].map(([, path]) => path);
  assert.deepEqual(answered, [...paths, '/last']);
});

test('bodies of every length come through whole, however they are cut', async (t) => {
  const { open, all } = await serve(t, async (req, res) => {
    let text = '';
    for await (const chunk of req) text += String(chunk);
    // Bodies are read at their leisure.
    await pause(1);
    res.end(`<${text.length} ${text === 'x'.repeat(text.length)}>`);
  });
  const lengths = [0, 1, 400, 511, 512, 513, 4096, 300_000, 5, 70_000, 1];
  const sent = lengths
    .map((length) => `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(length)}`)
    .join('');
  for (const piece of [sent.length, 100_000, 997]) {
    const socket = await open();
    for (let at = 0; at < sent.length; at += piece) socket.write(sent.slice(at, at + piece));
    socket.write(get('/', LAST));
    const answered = [...(await all(socket)).matchAll(/<(\d+) true>/g)].map(([, length]) => Number(length));
    assert.deepEqual(answered, [...lengths, 0], `in pieces of ${piece}`);
  }
});

test('a body that nobody reads is not taken in', async (t) => {
  let received = 0;
  const { open } = await serve(t, (req) => {
    req.once('readable', () => undefined);
    received++;
  });
  const socket = await open();
  let taken = 0;
  const piece = 'x'.repeat(1 << 16);
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n');
  const more = (): boolean =>
    socket.write(piece, (error) => {
      if (error) return;
      taken += piece.length;
      more();
    });
  more();
  await eventually('the request', () => received === 1);
  await pause(300);
  const before = taken;
  await pause(200);
  assert.equal(taken, before);
});

test('of one connection, sixteen requests are worked on at a time', async (t) => {
  const waiting: (() => void)[] = [];
  const { open, all } = await serve(t, (req, res) => void waiting.push(() => res.end(`<${req.url}>`)));
  const socket = await open();
  socket.write(Array.from({ length: 99 }, (_, i) => get(`/${i}`)).join('') + get('/99', LAST));
  await eventually('sixteen', () => waiting.length === 16);
  await pause(50);
  assert.equal(waiting.length, 16);
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, waiting.length);
    // The last first: answers wait for those before them.
    for (const answer of waiting.splice(0).toReversed()) answer();
  }, 1);
  t.after(() => clearInterval(timer));
  assert.equal([...(await all(socket)).matchAll(/<\/\d+>/g)].length, 100);
  assert.equal(most, 16);
});

test('a client that does not read has few answers made, and all of them once it does', async (t) => {
  let begun = 0;
  const { open, all } = await serve(t, (_req, res) => {
    begun++;
    res.end(`<${'x'.repeat(1_000_000)}>`);
  });
  const socket = await open();
  socket.pause();
  socket.write(get('/').repeat(99) + get('/', LAST));
  await eventually('the first', () => begun > 0);
  await pause(300);
  // As many as the system's buffers hold, and one.
  assert.ok(begun < 50, `${begun} of 100`);
  assert.equal([...(await all(socket)).matchAll(/<x+>/g)].length, 100);
});

test('a client that reads nothing for long is closed; one whose answer takes long is not', async (t) => {
  const closed: string[] = [];
  const { open, all } = await serve(
    t,
    (req, res) => {
      req.socket.once('close', () => closed.push(req.url!));
      if (req.url === '/large') res.end('x'.repeat(50_000_000));
      else setTimeout(() => res.end('<late>'), 600);
    },
    200,
  );
  const [unread, patient, silent] = [await open(), await open(), await open()];
  unread.pause();
  unread.write(get('/large'));
  patient.write(get('/slow', LAST));
  const [text] = await Promise.all([all(patient), once(silent.resume(), 'close')]);
  assert.ok(text.endsWith('<late>'));
  await eventually('closed', () => closed.includes('/large'));
});

test('requests of a connection let those of others in between', async (t) => {
  const order: string[] = [];
  const { open, all } = await serve(t, (req, res) => {
    for (const end = performance.now() + 1; performance.now() < end;);
    order.push(req.url!);
    res.end();
  });
  const [flood, other] = [await open(), await open()];
  const text = all(flood);
  flood.write(get('/flood').repeat(499) + get('/flood', LAST));
  await eventually('the first', () => order.length > 0);
  other.write(get('/other', LAST));
  await Promise.all([all(other), text]);
  assert.ok(order.indexOf('/other') < 400, `after ${order.indexOf('/other')} of 500`);
});

test('what a closed connection still had waiting is not begun', async (t) => {
  let begun = 0;
  const { open } = await serve(t, () => void begun++);
  const socket = await open();
  socket.write(get('/').repeat(100));
  await eventually('sixteen', () => begun === 16);
  socket.destroy();
  await pause(50);
  assert.equal(begun, 16);
});
