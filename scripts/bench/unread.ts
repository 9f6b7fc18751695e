/**
 * What clients cost that send requests in pipelines and read no answer: the service's memory before them and beside
 * them, and how long `GET /healthz` and `POST /v1/route` take beside them. Bounded:
 * about 15 seconds. The service of another checkout, a built one, may be measured first.
 *
 *     node dist/scripts/bench/unread.js [--clients 100] [--requests 2000] [--seconds 5] [--beside CHECKOUT]
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../src/base/paths.js';

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '100' },
    requests: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '5' },
    beside: { type: 'string' },
  },
});
const [CLIENTS, REQUESTS, SECONDS] = [Number(values.clients), Number(values.requests), Number(values.seconds)];

/** Kinds of requests that are sent in pipelines. */
const FLOODS: Record<string, string> = {
  nobody: '',
  'GET /v1/models': 'GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /metrics': 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /healthz': 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n',
  'POST /v1/route':
    'POST /v1/route HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"query":"q"}',
};

/** Resident memory in MiB, of Linux. */
async function memoryOf(child: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s*(\d+)/.exec(status)![1]) / 1024;
}

async function timed(url: string, init?: RequestInit): Promise<number> {
  const start = performance.now();
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) });
  await response.arrayBuffer();
  return performance.now() - start;
}

/** The service beside clients of one kind. */
async function measure(checkout: string, name: string, request: string): Promise<Record<string, string | number>> {
  const child = fork(join(checkout, 'dist/scripts/bench/service.js'), [], { cwd: checkout });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  const route: RequestInit = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"q"}',
  };
  for (let i = 0; i < 50; i++) await timed(`${url}/v1/route`, route);
  const before = await memoryOf(child);
  const port = Number(new URL(url).port);
  const sockets = Array.from({ length: request === '' ? 0 : CLIENTS }, () => {
    const socket = connect(port, '127.0.0.1');
    socket.pause();
    socket.on('error', () => undefined);
    socket.once('connect', () => socket.write(request.repeat(REQUESTS)));
    return socket;
  });
  const [health, routes] = [[] as number[], [] as number[]];
  let most = before;
  for (const end = performance.now() + SECONDS * 1000; performance.now() < end; await pause(20)) {
    health.push(await timed(`${url}/healthz`));
    routes.push(await timed(`${url}/v1/route`, route));
    most = Math.max(most, await memoryOf(child));
  }
  const row = {
    'clients send': name,
    'MiB before': before.toFixed(0),
    'MiB at most': most.toFixed(0),
    'ms of /healthz, at most': Math.max(...health).toFixed(1),
    'ms of /v1/route, at most': Math.max(...routes).toFixed(1),
    median: routes.toSorted((a, b) => a - b)[routes.length >> 1]!.toFixed(1),
  };
  for (const socket of sockets) socket.destroy();
  child.disconnect();
  await once(child, 'exit');
  return row;
}

const rows: Record<string, string | number>[] = [];
const checkouts = [...(values.beside === undefined ? [] : [resolve(values.beside)]), packageRoot];
for (const checkout of checkouts)
  for (const [name, request] of Object.entries(FLOODS))
    rows.push({ service: checkout === packageRoot ? 'this' : 'beside', ...(await measure(checkout, name, request)) });
console.table(rows);
