/**
 * What the model endpoint adds: time to the first byte of a stream, median and 99th percentile, at 64 connections, to
 * what the provider itself takes; and requests a second without streaming, as a share of a bare undici pass-through's.
 * Provider, pass-through and service are processes of their own, and this one makes the load. Contenders take turns;
 * what is shown is the median of the rounds. A stream begins after 50 ms, and has 20 chunks, 20 ms apart; of whole
 * answers the provider sends each at once. Each is warmed up for 15 s. Bounded: about four minutes.
 *
 *     node dist/scripts/bench/endpoint.js [--rounds 5] [--seconds 4] [--connections 64] [--only streams|whole]
 */
import autocannon from 'autocannon';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { createRng, type Rng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import { startContenders, type Contender, type Contenders } from './endpoint-contenders.js';
import { median, quantile } from './quantiles.js';
import { chatBody, streamOne } from './stream-load.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '64' },
    only: { type: 'string' },
  },
});
const [ROUNDS, SECONDS, CONNECTIONS] = [Number(values.rounds), Number(values.seconds), Number(values.connections)];
/** As long as just-in-time compilation goes on at the rate of streams. */
const WARM_UP_SECONDS = 15;
/** Questions of a load, more than Pointsman answers in it. */
const BODIES = 50_000;
const MODELS = ['streams:delayMs=50,chunks=20,chunkMs=20,jitter', 'whole:words=60'];

interface Load {
  perSecond: number;
  p50: number;
  p99: number;
  /** Milliseconds of the contender's processor, a request. */
  cpuMs: number;
}

/** Streams without a pause on every connection; times are those to the first byte. */
async function streams(contender: Contender, seconds: number, rng: Rng): Promise<Load> {
  const pool = new Pool(contender.url, { connections: CONNECTIONS, pipelining: 1 });
  const times: number[] = [];
  const until = performance.now() + seconds * 1000;
  const before = contender.cpuMs();
  const work = async (): Promise<void> => {
    // They do not all begin at once.
    await new Promise((resolve) => setTimeout(resolve, rng.next() * 500));
    while (performance.now() < until) {
      const body = chatBody(contender, 'streams', rng, true);
      const sent = performance.now();
      let first: number | undefined;
      await streamOne(pool, contender, body, () => (first ??= performance.now()));
      times.push(first! - sent);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  const cpuMs = (contender.cpuMs() - before) / times.length;
  await pool.close();
  const sorted = times.toSorted((a, b) => a - b);
  return { perSecond: times.length / seconds, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), cpuMs };
}

async function whole(contender: Contender, seconds: number, rng: Rng): Promise<Load> {
  // The same again soon would be a call that is repeated, which tells Pointsman of the answer before.
  const bodies = Array.from({ length: BODIES }, () => chatBody(contender, 'whole', rng, false));
  let sent = 0;
  const before = contender.cpuMs();
  const result = await autocannon({
    url: `${contender.url}/v1/chat/completions`,
    connections: CONNECTIONS,
    duration: seconds,
    requests: [
      {
        method: 'POST' as const,
        headers: { ...contender.headers, 'content-type': 'application/json' },
        setupRequest: (request) => ({ ...request, body: bodies[sent++ % BODIES]! }),
      },
    ],
  });
  const { non2xx, errors, latency, requests } = result;
  if (non2xx + errors > 0) throw new Error(`${contender.name}: ${non2xx} refused, ${errors} failed`);
  const cpuMs = (contender.cpuMs() - before) / requests.total;
  return { perSecond: requests.average, p50: latency.p50, p99: latency.p99, cpuMs };
}

type Measure = (contender: Contender, seconds: number, rng: Rng) => Promise<Load>;

/** Loads of every contender by round, `[contender][round]`: in turns, every other round backwards. */
async function inTurns({ all }: Contenders, measure: Measure, rng: Rng): Promise<Load[][]> {
  for (const contender of all) await measure(contender, WARM_UP_SECONDS, rng);
  const loads: Load[][] = all.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    const turns = [...all.entries()];
    for (const [i, contender] of round % 2 === 0 ? turns : turns.toReversed())
      loads[i]!.push(await measure(contender, SECONDS, rng));
  }
  return loads;
}

const PROVIDER = 0;
const BARE = 1;
const number = (x: number, digits: number): string => (Number.isNaN(x) ? '' : x.toFixed(digits));

/** Median over rounds of what is made of a contender's load and another's in the same round. */
const beside = (own: Load[], other: Load[], make: (own: Load, other: Load) => number): number =>
  median(own.map((load, round) => make(load, other[round]!)));

const contenders = await startContenders(MODELS, CONNECTIONS);
const rng = createRng(1);
console.log(`${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s each, in turns; medians of rounds`);
if (values.only !== 'whole') {
  await contenders.callAt('streams');
  const loads = await inTurns(contenders, streams, rng);
  const rows = contenders.all.map(({ name }, i) => [
    name,
    number(median(loads[i]!.map(({ p50 }) => p50)), 2),
    number(median(loads[i]!.map(({ p99 }) => p99)), 2),
    number(
      beside(loads[i]!, loads[PROVIDER]!, (own, direct) => own.p50 - direct.p50),
      2,
    ),
    number(
      beside(loads[i]!, loads[PROVIDER]!, (own, direct) => own.p99 - direct.p99),
      2,
    ),
    number(median(loads[i]!.map(({ perSecond }) => perSecond)), 0),
    number(median(loads[i]!.map(({ cpuMs }) => cpuMs)), 2),
  ]);
  const head = ['streams', 'first byte p50 ms', 'p99', 'added p50', 'added p99', 'streams/s', 'CPU ms a stream'];
  console.log(`${table(head, rows)}\n`);
}
if (values.only !== 'streams') {
  await contenders.callAt('whole');
  const loads = await inTurns(contenders, whole, rng);
  const rows = contenders.all.map(({ name }, i) => [
    name,
    number(median(loads[i]!.map(({ perSecond }) => perSecond)), 0),
    number(
      beside(loads[i]!, loads[BARE]!, (own, bare) => own.perSecond / bare.perSecond),
      2,
    ),
    number(median(loads[i]!.map(({ p50 }) => p50)), 1),
    number(median(loads[i]!.map(({ p99 }) => p99)), 1),
    number(median(loads[i]!.map(({ cpuMs }) => cpuMs)), 3),
  ]);
  console.log(table(['whole answers', 'requests/s', 'to pass-through', 'p50 ms', 'p99', 'CPU ms a request'], rows));
}
await contenders.close();
