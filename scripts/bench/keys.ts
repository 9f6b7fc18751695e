/**
 * What a key's check takes of a decision over HTTP, and whether the limit of a key holds for two processes on one
 * ledger. Three services are driven in turns: one that is open, one that is shown a key, and one that is shown a key
 * whose limits are counted and never reached. Then two processes are asked at twice the limit of one key; of what they
 * granted, the most in any 60 seconds is printed. Bounded: about four minutes.
 *
 *     node dist/scripts/bench/keys.js [--seconds 8] [--rounds 4] [--limit 600] [--minutes 2.5]
 */
import autocannon from 'autocannon';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/base/clock.js';
import { dataPaths, packageRoot } from '../../src/base/paths.js';
import { createKeyService } from '../../src/keys/service.js';
import { KeyRequest } from '../../src/schema/key.js';
import { openLedger } from '../../src/store/open.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '4' },
    limit: { type: 'string', default: '600' },
    minutes: { type: 'string', default: '2.5' },
  },
});
const [ROUNDS, LIMIT] = [Number(values.rounds), Number(values.limit)];
const ROUND_SECONDS = Number(values.seconds) / ROUNDS;
const CONNECTIONS = 32;
const WARM_UP_SECONDS = 2;
const MINUTE_MS = 60_000;
const BODY = JSON.stringify({ query: 'A train leaves Ghent at 9:40 and arrives in Liège at 11:25. How long is that?' });

const folder = mkdtempSync(join(tmpdir(), 'pointsman-bench-keys-'));
const running: ChildProcess[] = [];

async function start(...args: string[]): Promise<{ url: string; cpuMs(): Promise<number> }> {
  const child = fork(join(packageRoot, 'dist/scripts/bench/service.js'), args);
  running.push(child);
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return {
    url,
    async cpuMs() {
      const answer = once(child, 'message');
      child.send('cpu');
      const [{ user, system }] = (await answer) as [NodeJS.CpuUsage];
      return (user + system) / 1000;
    },
  };
}

type Service = Awaited<ReturnType<typeof start>>;

/** Makes keys in the ledger of the folder. */
async function makeKeys(limits: KeyRequest['limits'][]): Promise<string[]> {
  const ledger = await openLedger(dataPaths(folder).ledger, { clock: systemClock });
  const keys = createKeyService({ ledger, clock: systemClock });
  const made: string[] = [];
  for (const limit of limits)
    made.push((await keys.create(KeyRequest.parse({ name: 'bench', scopes: ['route'], limits: limit }))).key);
  await ledger.close();
  return made;
}

const bearing = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
const JSON_TYPE = { 'content-type': 'application/json' };

interface Measured {
  rates: number[];
  cpu: number[];
}

async function load(
  service: Service,
  headers: Record<string, string>,
  seconds: number,
  into?: Measured,
): Promise<void> {
  const before = await service.cpuMs();
  const result = await autocannon({
    url: `${service.url}/v1/route`,
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: BODY,
    connections: CONNECTIONS,
    duration: seconds,
  });
  if (result.non2xx + result.errors > 0) throw new Error(`${result.non2xx} refused, ${result.errors} failed`);
  into?.rates.push(result.requests.average);
  into?.cpu.push(((await service.cpuMs()) - before) / result.requests.total);
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

async function compareChecks(): Promise<void> {
  const most = { requests_per_minute: 1e9, tokens_per_minute: 1e9, usd_per_day: 1e9, usd_per_month: 1e9 };
  const [plain, limited] = (await makeKeys([{}, most])) as [string, string];
  const [open, locked] = [await start(), await start('', 'static', folder)];
  const ways: [name: string, service: Service, headers: Record<string, string>, measured: Measured][] = [
    ['open', open, {}, { rates: [], cpu: [] }],
    ['a key', locked, bearing(plain), { rates: [], cpu: [] }],
    ['a key with limits', locked, bearing(limited), { rates: [], cpu: [] }],
  ];
  for (const [, service, headers] of ways) await load(service, headers, WARM_UP_SECONDS);
  for (let round = 0; round < ROUNDS; round++)
    for (const [, service, headers, measured] of round % 2 === 0 ? ways : ways.toReversed())
      await load(service, headers, ROUND_SECONDS, measured);
  const [, , , base] = ways[0]!;
  console.table(
    ways.map(([name, , , { rates, cpu }]) => ({
      caller: name,
      'decisions/s': Math.round(mean(rates)),
      'to open': (mean(rates) / mean(base.rates)).toFixed(3),
      'CPU ms a decision': mean(cpu).toFixed(4),
      'CPU to open': (mean(cpu) / mean(base.cpu)).toFixed(3),
    })),
  );
}

/** The most of these times, in order, that any minute holds. */
function mostInAMinute(times: readonly number[]): number {
  let [most, first] = [0, 0];
  times.forEach((at, last) => {
    while (at - times[first]! >= MINUTE_MS) first++;
    most = Math.max(most, last - first + 1);
  });
  return most;
}

/** Asks once; takes note of the status, and of when it was granted. */
async function askOnce(url: string, key: string, statuses: Map<number, number>, granted: number[]): Promise<void> {
  const response = await fetch(`${url}/v1/route`, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...bearing(key) },
    body: BODY,
  });
  statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
  if (response.ok) granted.push(performance.now());
  await response.arrayBuffer();
}

async function askBoth(): Promise<void> {
  const [key] = (await makeKeys([{ requests_per_minute: LIMIT }])) as [string];
  const services = [await start('', 'static', folder), await start('', 'static', folder)];
  const granted: number[][] = [[], []];
  const statuses = new Map<number, number>();
  const began = performance.now();
  const asked = 2 * LIMIT * Number(values.minutes);
  const waiting: Promise<void>[] = [];
  for (let i = 0; i < asked; i++) {
    const due = began + (i * MINUTE_MS) / (2 * LIMIT);
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const at = i % 2;
    waiting.push(askOnce(services[at]!.url, key, statuses, granted[at]!));
  }
  await Promise.all(waiting);
  const all = granted.flat().toSorted((a, b) => a - b);
  console.table({
    'limit a minute, of one key': LIMIT,
    'asked, of two processes': asked,
    'over minutes': Number(values.minutes),
    'granted by the one': granted[0]!.length,
    'granted by the other': granted[1]!.length,
    'refused (429)': statuses.get(429) ?? 0,
    'other answers': asked - all.length - (statuses.get(429) ?? 0),
    'most in any 60 s': mostInAMinute(all),
  });
}

try {
  await compareChecks();
  await askBoth();
} finally {
  for (const child of running) {
    child.disconnect();
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
}
