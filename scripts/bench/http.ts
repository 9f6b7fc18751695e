/**
 * Requests per second of POST and GET /v1/route and of POST /v1/feedback against a bare Express JSON echo of the same
 * bodies, in the same run. Each server is a child process; this one makes the load. Beside the rates, what a request
 * takes of the server's processor: of that, other work on the machine takes nothing away. Bounded: about 40 seconds.
 * The service of another checkout, a built one, may be measured in the same turns, on data that it wrote.
 *
 *     node dist/scripts/bench/http.js [--seconds 6] [--rounds 3] [--connections 32] [--only TEXT]
 *       [--data DIR [--encoder SPEC]] [--beside CHECKOUT [--beside-data DIR]]
 */
import autocannon, { type Result } from 'autocannon';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../src/base/paths.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '6' },
    connections: { type: 'string', default: '32' },
    data: { type: 'string' },
    encoder: { type: 'string', default: 'static' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    beside: { type: 'string' },
    'beside-data': { type: 'string' },
  },
});
const SECONDS = Number(values.seconds);
const CONNECTIONS = Number(values.connections);
const WARM_UP_SECONDS = 2;
const ROUNDS = Number(values.rounds);

const routeBody = {
  query:
    'A train leaves Ghent at 9:40 and arrives in Liège at 11:25, with a stop of 12 minutes in Brussels. How ' +
    'long does it move?',
};
const feedbackBody = {
  ...routeBody,
  model: 'bench/llm-3',
  score: 0.75,
  task: 'arithmetic',
  latency_ms: 812,
  completion_tokens: 140,
};

interface Contender {
  name: string;
  path: string;
  /** What is posted, and what the echo that it is measured against is posted. */
  body: object;
  /** Asked for by GET, without the body. */
  get?: true;
  /** Whether its service watches for drift; it does unless given. */
  watched?: false;
}

const contenders: readonly Contender[] = [
  { name: 'POST /v1/route', path: '/v1/route', body: routeBody },
  { name: 'GET /v1/route', path: `/v1/route?${new URLSearchParams(routeBody)}`, body: routeBody, get: true },
  { name: 'POST /v1/feedback', path: '/v1/feedback', body: feedbackBody },
  { name: 'POST /v1/feedback, not watched for drift', path: '/v1/feedback', body: feedbackBody, watched: false },
];

interface Server {
  url: string;
  /** What the service scores by. */
  index?: string;
  child: ChildProcess;
}

async function start(script: string, args: string[] = [], checkout = packageRoot): Promise<Server> {
  const child = fork(join(checkout, `dist/scripts/bench/${script}.js`), args, { cwd: checkout });
  const first = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${script} ended before it served`))),
  ]);
  return { ...(first as [{ url: string; index?: string }])[0], child };
}

interface Load {
  result: Result;
  /** Milliseconds of the server's processor, a request. */
  cpuMs: number;
}

/** Milliseconds of processor that a server has used. */
async function cpuOf({ child }: Server): Promise<number> {
  const answer = once(child, 'message');
  child.send('cpu');
  const [{ user, system }] = (await answer) as [NodeJS.CpuUsage];
  return (user + system) / 1000;
}

async function load(server: Server, path: string, body: object | undefined, duration: number): Promise<Load> {
  const url = server.url + path;
  const before = await cpuOf(server);
  const result = await autocannon({
    url,
    ...(body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    connections: CONNECTIONS,
    duration,
  });
  if (result.non2xx + result.errors > 0) throw new Error(`${url}: ${result.non2xx} refused, ${result.errors} failed`);
  return { result, cpuMs: ((await cpuOf(server)) - before) / result.requests.total };
}

function mean(numbers: number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

const rateOf = (loads: Load[]): number => mean(loads.map(({ result }) => result.requests.average));
const cpuOfAll = (loads: Load[]): number => mean(loads.map(({ cpuMs }) => cpuMs));

function rowOf(contender: string, loads: Load[], echo: Load[]): Record<string, string | number> {
  return {
    contender,
    'req/s': Math.round(rateOf(loads)),
    'p50 ms': mean(loads.map(({ result }) => result.latency.p50)).toFixed(1),
    'p99 ms': mean(loads.map(({ result }) => result.latency.p99)).toFixed(1),
    'ratio to echo': (rateOf(loads) / rateOf(echo)).toFixed(2),
    'CPU ms a request': cpuOfAll(loads).toFixed(3),
    'requests a CPU second, to echo': (cpuOfAll(echo) / cpuOfAll(loads)).toFixed(2),
  };
}

const argumentsFor = (data: string | undefined): string[] =>
  data === undefined ? [] : [resolve(data), values.encoder];
const echo = await start('echo');
const services = new Map([['', await start('service', argumentsFor(values.data))]]);
if (values.beside !== undefined)
  services.set(', beside', await start('service', argumentsFor(values['beside-data']), resolve(values.beside)));
for (const [which, { index }] of services) console.log(`scoring${which}: ${index}`);
console.log(`${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS / ROUNDS} s each, in turns`);
const rows: Record<string, string | number>[] = [];
const asked = contenders.filter(({ name }) => values.only === undefined || name.includes(values.only));
for (const { name, path, body, get, watched = true } of asked) {
  const own = get ? undefined : body;
  const measured = new Map<string, { measure(duration: number): Promise<Load>; loads: Load[] }>();
  const echoed = { measure: (duration: number) => load(echo, '/echo', body, duration), loads: [] as Load[] };
  measured.set(`echo of the body of ${name}`, echoed);
  for (const [which, service] of services) {
    await fetch(`${service.url}/v1/drift`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ enabled: watched }),
    });
    measured.set(`${name}${which}`, { measure: (duration) => load(service, path, own, duration), loads: [] });
  }
  for (const { measure } of measured.values()) await measure(WARM_UP_SECONDS);
  // In turns, every other round backwards, so that what else the machine does falls on all alike.
  for (let round = 0; round < ROUNDS; round++) {
    const turns = [...measured.values()];
    for (const { measure, loads } of round % 2 === 0 ? turns : turns.toReversed())
      loads.push(await measure(SECONDS / ROUNDS));
  }
  for (const [contender, { loads }] of measured) rows.push(rowOf(contender, loads, echoed.loads));
}
for (const { child } of [echo, ...services.values()]) {
  child.disconnect();
  await once(child, 'exit');
}
console.table(rows);
