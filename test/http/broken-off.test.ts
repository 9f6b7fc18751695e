import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { eventually } from '../support/wait.js';
import { addArtifact, startService, type Service } from './service.js';

const VERSION = '00000000000000aa';
const weights = `/v1/weights/${VERSION}/weights.safetensors`;

let service: Service;
before(async () => {
  service = await startService();
  await addArtifact(
    service,
    VERSION,
    Array.from({ length: 2_000_000 }, (_, i) => i),
  );
});
after(() => service.remove());

async function open(): Promise<Socket> {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Ways to leave: with a goodbye, and without. */
const leave = [(socket: Socket) => socket.destroy(), (socket: Socket) => socket.resetAndDestroy()];

/** Holds that nothing of what clients broke off counts as the service's fault. */
async function assertNoIncident(): Promise<void> {
  assert.equal((await fetch(`${service.url}/healthz`)).status, 200);
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  assert.doesNotMatch(metrics, /http_request_duration_seconds_count\{[^}]*status="5/);
  assert.deepEqual(
    service.logLines.filter((line) => (JSON.parse(line) as { level: number }).level >= 40),
    [],
  );
}

test('a body that is broken off is no incident, however it comes', async () => {
  const body = JSON.stringify({ query: 'x'.repeat(5000) });
  const packed = gzipSync(body);
  const cases: [string, string | Buffer][] = [
    [`Content-Type: application/json\r\nContent-Length: ${body.length}`, body.slice(0, 100)],
    [
      'Content-Type: application/json\r\nTransfer-Encoding: chunked',
      `${body.length.toString(16)}\r\n${body.slice(0, 100)}`,
    ],
    [
      `Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: ${packed.length}`,
      packed.subarray(0, packed.length / 2),
    ],
    [`Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: ${body.length}`, ''],
  ];
  for (const path of ['POST /v1/route', 'POST /v1/feedback', 'PUT /v1/models/a'])
    for (const [headers, part] of cases)
      for (const bye of leave) {
        const socket = await open();
        socket.write(`${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n`);
        socket.write(part);
        await pause(10);
        bye(socket);
      }
  await pause(50);
  await assertNoIncident();
});

test('a file that is broken off is no incident, and is closed', async () => {
  for (const bye of leave)
    for (const headers of ['', 'Range: bytes=1000000-\r\n']) {
      const socket = await open();
      socket.write(`GET ${weights} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
      await once(socket, 'readable');
      socket.read(1000);
      bye(socket);
    }
  await eventually('all closed', () => openFiles() === 0);
  await assertNoIncident();
});

/** Files of weights that this process has open, where the system tells. */
function openFiles(): number {
  if (process.platform !== 'linux') return 0;
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).endsWith('weights.safetensors');
    } catch {
      // It was the folder's own, and is closed.
      return false;
    }
  }).length;
}

test('an answer that nobody waits for is no incident', async () => {
  for (const bye of leave)
    for (const path of ['/v1/models', '/metrics', '/openapi.json', '/v1/route?query=x']) {
      const socket = await open();
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(5));
      bye(socket);
    }
  await pause(50);
  await assertNoIncident();
});
