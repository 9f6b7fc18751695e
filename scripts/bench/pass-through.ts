/**
 * A bare pass-through, in a process of its own: what the benchmarks of the model endpoint measure against. It sends
 * each request on by an undici pool, and its answer back, and reads neither.
 *
 *     pass-through.js UPSTREAM CONNECTIONS
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

const [upstream = '', connections = '64'] = process.argv.slice(2);
const pool = new Pool(upstream, { connections: Number(connections), pipelining: 1 });
/** Headers of one connection, not of what is sent through it. */
const HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host']);
const passed = <T>(headers: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP.has(name)));

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const { method = 'GET', url = '/', headers } = request;
  const abort = new AbortController();
  response.once('close', () => abort.abort());
  const sent = { method, path: url, headers: passed(headers), body: request, signal: abort.signal };
  pool
    .stream(sent as Parameters<typeof pool.stream>[0], ({ statusCode, headers: answered }) =>
      response.writeHead(statusCode, passed(answered as Record<string, string>)),
    )
    .catch(() => response.destroy());
}).listen(0, '127.0.0.1', () => process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
process.once('disconnect', () => process.exit());
