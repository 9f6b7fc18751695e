/**
 * Requests per second of POST /v1/route and POST /v1/feedback against a bare Express JSON echo of the same
 * bodies, in the same run. Each server is a child process; this one makes the load. Bounded: about 50 seconds.
 *
 *     node dist/scripts/bench/http.js [--seconds 6] [--connections 32] [--data DIR [--encoder SPEC]]
 */
import autocannon, { type Result } from 'autocannon';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '6' }, connections: { type: 'string', default: '32' }, data: { type: 'string' }, encoder: { type: 'string', default: 'hashing' } } });
const SECONDS = Number(values.seconds);
const CONNECTIONS = Number(values.connections);
const WARM_UP_SECONDS = 2;

const routeBody = { query: 'A train leaves Ghent at 9:40 and arrives in Liège at 11:25, with a stop of 12 minutes in Brussels. How long does it move?' };
const feedbackBody = { ...routeBody, model: 'bench/llm-3', score: 0.75, task: 'arithmetic', latency_ms: 812, completion_tokens: 140 };

interface Contender {
  name: string;
  server: 'echo' | 'service';
  path: string;
  body: object;
}

const contenders: Contender[] = [
  { name: 'echo, route body', server: 'echo', path: '/echo', body: routeBody },
  { name: 'POST /v1/route', server: 'service', path: '/v1/route', body: routeBody },
  { name: 'echo, feedback body', server: 'echo', path: '/echo', body: feedbackBody },
  { name: 'POST /v1/feedback', server: 'service', path: '/v1/feedback', body: feedbackBody },
];

async function start(script: string, args: string[] = []): Promise<{ url: string; index?: string; child: ChildProcess }> {
  const child = fork(fileURLToPath(new URL(`./${script}.js`, import.meta.url)), args);
  const first = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => Promise.reject(new Error(`${script} ended before it served`)))]);
  return { ...(first as [{ url: string; index?: string }])[0], child };
}

async function load(url: string, { path, body }: Contender, duration: number): Promise<Result> {
  return autocannon({ url: url + path, method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), connections: CONNECTIONS, duration });
}

const servers = { echo: await start('echo'), service: await start('service', values.data === undefined ? [] : [values.data, values.encoder]) };
console.log(`scoring: ${servers.service.index}; ${CONNECTIONS} connections`);
const rows: Record<string, string | number>[] = [];
let echoRate = 0;
for (const contender of contenders) {
  const { url } = servers[contender.server];
  await load(url, contender, WARM_UP_SECONDS);
  const result = await load(url, contender, SECONDS);
  if (result.non2xx + result.errors > 0) throw new Error(`${contender.name}: ${result.non2xx} refused, ${result.errors} failed`);
  if (contender.server === 'echo') echoRate = result.requests.average;
  rows.push({ contender: contender.name, 'req/s': Math.round(result.requests.average), 'p50 ms': result.latency.p50, 'p99 ms': result.latency.p99, 'ratio to echo': (result.requests.average / echoRate).toFixed(2) });
}
for (const { child } of Object.values(servers)) {
  child.disconnect();
  await once(child, 'exit');
}
console.table(rows);
