/**
 * How long chunks of many streams at once are held up: each says in its text when the provider sent it, by the clock
 * that all processes of the machine share, and this process, which reads all streams, sees how long ago that was. The
 * bare undici pass-through and the service are measured in the same run, and so is the provider itself, whose row is
 * what sending and reading alone take. Beside the delays is the memory of each before the streams and at its most.
 * Bounded: a minute a round, with three contenders.
 *
 *     node dist/scripts/bench/streams.js [--streams 500] [--chunks 200] [--chunk-ms 100] [--rounds 2]
 */
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { createRng, type Rng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import { startContenders, type Contender } from './endpoint-contenders.js';
import { median, quantile } from './quantiles.js';
import { chatBody, streamOne } from './stream-load.js';

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '500' },
    chunks: { type: 'string', default: '200' },
    'chunk-ms': { type: 'string', default: '100' },
    rounds: { type: 'string', default: '2' },
  },
});
const [STREAMS, CHUNKS, ROUNDS] = [Number(values.streams), Number(values.chunks), Number(values.rounds)];
const SAMPLE_MS = 100;
/** Streams that each contender has before it is measured. */
const WARM_UP = 50;
const STAMP = /@(\d+);/g;
const WHOLE_LINE = 0x0a;
const MODELS = [
  `stamped:stamped,jitter,chunks=${CHUNKS},chunkMs=${values['chunk-ms']}`,
  'short:stamped,jitter,chunks=20,chunkMs=10',
];

interface Held {
  p50: number;
  p99: number;
  most: number;
  /** MiB before the streams, and most while they were open. */
  before: number;
  peak: number;
}

/** Adds how long ago, in milliseconds, the chunks of a stream were sent, as its parts come. */
function delaysInto(delays: number[]): (part: Buffer) => void {
  let rest = '';
  return (part) => {
    const now = Number(process.hrtime.bigint() / 1000n);
    const text = rest + part.toString('latin1');
    for (const [, stamp] of text.matchAll(STAMP)) delays.push((now - Number(stamp)) / 1000);
    rest = part.at(-1) === WHOLE_LINE ? '' : text.slice(text.lastIndexOf('\n') + 1);
  };
}

async function readAll(contender: Contender, model: string, count: number, rng: Rng): Promise<Held> {
  const pool = new Pool(contender.url, { connections: count, pipelining: 1 });
  const delays: number[] = [];
  const before = contender.memory();
  let peak = before;
  const sampler = setInterval(() => (peak = Math.max(peak, contender.memory())), SAMPLE_MS);
  await Promise.all(
    Array.from({ length: count }, () =>
      streamOne(pool, contender, chatBody(contender, model, rng, true), delaysInto(delays)),
    ),
  );
  clearInterval(sampler);
  await pool.close();
  const expected = model === 'short' ? 20 * count : CHUNKS * count;
  if (delays.length !== expected)
    throw new Error(`${contender.name}: expected ${expected} chunks, got ${delays.length}`);
  const sorted = Float64Array.from(delays).toSorted();
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), most: sorted.at(-1)!, before, peak };
}

const { all, callAt, close } = await startContenders(MODELS, STREAMS);
const rng = createRng(1);
await callAt('short');
for (const contender of all) await readAll(contender, 'short', WARM_UP, rng);
await callAt('stamped');
const held: Held[][] = all.map(() => []);
for (let round = 0; round < ROUNDS; round++) {
  const turns = [...all.entries()];
  for (const [i, contender] of round % 2 === 0 ? turns : turns.toReversed())
    held[i]!.push(await readAll(contender, 'stamped', STREAMS, rng));
}
await close();

const ms = (rounds: Held[], pick: (one: Held) => number): string => median(rounds.map(pick)).toFixed(2);
const mib = (x: number): string => (Number.isNaN(x) ? '' : x.toFixed(0));
console.log(
  `${STREAMS} streams of ${CHUNKS} chunks at once, ${values['chunk-ms']} ms apart in the mean: ` +
    `${ROUNDS} rounds in turns, medians of rounds; memory of the last`,
);
console.log(
  table(
    ['contender', 'delay p50 ms', 'p99', 'longest', 'memory before, MiB', 'most'],
    all.map(({ name }, i) => [
      name,
      ms(held[i]!, ({ p50 }) => p50),
      ms(held[i]!, ({ p99 }) => p99),
      ms(held[i]!, ({ most }) => most),
      mib(held[i]!.at(-1)!.before),
      mib(held[i]!.at(-1)!.peak),
    ]),
  ),
);
