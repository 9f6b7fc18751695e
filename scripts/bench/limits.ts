/**
 * The best of three LLMs has a limit, and 0.5 to 4 times as much is asked of it: how full the fullest minute is, and
 * what quality is expected of the LLMs that are chosen, with the price of scarce capacity, without it (first come,
 * first served up to the limit), and with a random share of the queries sent elsewhere. Real held-out queries arrive at
 * random; two deciders, each with its own connection to one ledger, take turns at random; the clock is passed in and
 * runs ahead. Trains first (some minutes), unless the data folder holds a version.
 *
 *     node dist/scripts/bench/limits.js MODELS.json INTERACTIONS.jsonl.gz [--data DIR] [--minutes 6] [--limit 600]
 * [--seed 1]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createLogger } from '../../src/base/log.js';
import { createRng, type Rng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import { createDecider, type Decider } from '../../src/decision/decider.js';
import { policiesOver } from '../../src/live/policies.js';
import { openLiveLoad, type LiveLoad, type Load } from '../../src/live/load.js';
import { openLedger, type Ledger } from '../../src/store/open.js';
import type { LlmId } from '../../src/schema/ids.js';
import type { LlmLimits } from '../../src/schema/profile.js';
import type { RouteResponse } from '../../src/schema/route.js';
import { estimateTokens } from '../../src/base/tokens.js';
import type { Scorer } from '../../src/scoring/types.js';
import { heldOutQueries } from './held-out.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    minutes: { type: 'string', default: '6' },
    limit: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
  },
});
const [models, log] = positionals;
if (models === undefined || log === undefined) throw new Error('expected the LLMs and the score rows of a log');
const [minutes, limit, seed] = [Number(values.minutes), Number(values.limit), Number(values.seed)];

const LLMS = ['llama-3.1-nemotron-51b-instruct', 'llama-3.1-8b-instruct', 'mistral-7b-instruct-v0.3'];
const BEST = LLMS[0]!;
const RATES = [0.5, 1, 2, 4];
const DECIDERS = 2;
/** How often each decider follows the ledger, in milliseconds, as a service does. */
const FOLLOW_MS = 250;
/** Length of the answers, in tokens, as nothing is reported of them. */
const ANSWER_TOKENS = 256;
/** Mean time that an answer takes, in milliseconds; exponential. */
const LATENCY_MS = 2_000;
const START = Date.UTC(2026, 0, 1);

interface Query {
  text: string;
  /** Expected score of each LLM. */
  quality: Map<string, number>;
  tokens: number;
}

const work = mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
const silent = createLogger('warn');

const { queries: heldOut, version } = await heldOutQueries(values.data ?? work, models, log, seed);
const scored = new Map(heldOut.map(({ text, scores }) => [text, scores.filter(({ model }) => LLMS.includes(model))]));
const queries = [...scored].map(([text, scores]): Query => ({
  text,
  quality: new Map(scores.map(({ model, quality }) => [model, quality])),
  tokens: estimateTokens(text) + ANSWER_TOKENS,
}));
const nothing = new Float32Array(0);
/** The held-out predictions, made once. */
const scorer: Scorer = {
  version,
  router: 'learned',
  models: LLMS,
  trainedOn: new Set(LLMS),
  profiles: LLMS.map((id) => ({ id: id as LlmId })),
  encode: () => nothing,
  score: (text) => scored.get(text)!,
  strengths: () => ({ overall: { score: 0, deviation: 0, answers: 0 }, tasks: [], kinds: [], queries: [] }),
  tasksOf: () => [],
  kindsOf: () => [],
  embed: () => nothing,
  explain: () => ({ tasks: [], kinds: [], neighbours: [] }),
  nearest: () => [],
};

const bestOf = ({ quality }: Query): string => LLMS.toSorted((a, b) => quality.get(b)! - quality.get(a)!)[0]!;
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
const wanted = queries.filter((query) => bestOf(query) === BEST);
const tokensOfWanted = mean(wanted.map(({ tokens }) => tokens));

interface Arrival {
  at: number;
  query: Query;
}

function arrivals(perMinute: number, rng: Rng): Arrival[] {
  const out: Arrival[] = [];
  for (let at = START; ;) {
    at -= (Math.log(1 - rng.next()) * 60_000) / perMinute;
    if (at > START + minutes * 60_000) return out;
    out.push({ at: Math.floor(at), query: queries[rng.int(queries.length)]! });
  }
}

interface Chosen {
  at: number;
  until: number;
  query: Query;
  model: string;
}

/** What stands between the real load and a decider, for comparison. */
type Way = (load: LiveLoad, rng: Rng, rate: number) => Load;
const noPrice = (load: LiveLoad): Load => ({
  ...load,
  async current(tokens) {
    const now = await load.current(tokens);
    return now && { ...now, price: () => 0 };
  },
});
const WAYS: Record<string, Way> = {
  'priced, as served': (load) => load,
  'first come': noPrice,
  'random shedding': (load, rng, rate) => ({
    ...load,
    async current(tokens) {
      const now = await noPrice(load).current(tokens);
      const shed = rng.next() > 1 / rate;
      return now && { ...now, barred: (model) => (shed && model === BEST ? 'shed' : now.barred(model)) };
    },
  }),
};

/** Routes what arrives; answers also the microseconds that a decision took in the median. */
async function run(
  limits: LlmLimits | null,
  way: Way,
  rate: number,
  arriving: readonly Arrival[],
): Promise<{ chosen: Chosen[]; micros: number }> {
  let now = START;
  const clock = (): number => now;
  const folder = mkdtempSync(join(work, 'run-'));
  const rng = createRng(seed).fork('way');
  const parts: { ledger: Ledger; load: LiveLoad; decider: Decider; followed: number }[] = [];
  for (let d = 0; d < DECIDERS; d++) {
    const ledger = await openLedger(join(folder, 'ledger.sqlite'), { clock, busyTimeoutMs: 25 });
    if (d === 0)
      for (const id of LLMS)
        await ledger.catalog.put({ id: id as LlmId, ...(id === BEST && limits !== null ? { limits } : {}) });
    const load = await openLiveLoad({ ledger, clock, log: silent });
    parts.push({
      ledger,
      load,
      decider: createDecider({
        live: {
          scorer: { current: () => scorer },
          policies: policiesOver(new Map()),
          load: way(load, rng.fork(String(d)), rate),
        },
        ledger,
        clock,
        rng: rng.fork('choice'),
        log: silent,
      }),
      followed: START + (d * FOLLOW_MS) / DECIDERS,
    });
  }
  const chosen: Chosen[] = [];
  const running: { id: string; until: number }[] = [];
  const times: number[] = [];
  for (const { at, query } of arriving) {
    now = at;
    for (const part of parts) {
      if (at - part.followed < FOLLOW_MS) continue;
      await part.load.refresh();
      part.followed = at;
    }
    for (let i = running.length - 1; i >= 0; i--) {
      if (running[i]!.until > at) continue;
      const { id } = running.splice(i, 1)[0]!;
      const { ledger, load } = parts[rng.int(DECIDERS)]!;
      await ledger.breakers.report([
        { model: BEST as LlmId, ok: true, decision_id: id as RouteResponse['decision_id'] },
      ]);
      load.release(id);
    }
    const begun = performance.now();
    const answer = await parts[rng.int(DECIDERS)]!.decider.decide({ query: query.text });
    times.push(performance.now() - begun);
    const until = at - Math.log(1 - rng.next()) * LATENCY_MS;
    chosen.push({ at, until, query, model: answer.model });
    if (limits?.in_flight !== undefined && answer.model === BEST) running.push({ id: answer.decision_id, until });
  }
  for (const { ledger, decider } of parts) {
    await decider.flush();
    await ledger.close();
  }
  rmSync(folder, { recursive: true });
  return { chosen, micros: 1000 * times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]! };
}

/** The fullest 60 seconds, or the most in flight. */
function fullest(kind: keyof LlmLimits, chosen: readonly Chosen[]): number {
  const there = chosen.filter(({ model }) => model === BEST);
  const amount = ({ query }: Chosen): number => (kind === 'tokens_per_minute' ? query.tokens : 1);
  let [most, sum] = [0, 0];
  if (kind === 'in_flight') {
    const changes = there
      .flatMap(
        ({ at, until }) =>
          [
            [at, 1],
            [until, -1],
          ] as const,
      )
      .toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
    for (const [, change] of changes) most = Math.max(most, (sum += change));
    return most;
  }
  let first = 0;
  for (const one of there) {
    sum += amount(one);
    while (there[first]!.at <= one.at - 60_000) sum -= amount(there[first++]!);
    most = Math.max(most, sum);
  }
  return most;
}

const qualityOf = (chosen: readonly Chosen[]): number =>
  mean(chosen.map(({ query, model }) => query.quality.get(model)!));

/**
 * What the best choice would be that knows all arrivals, and sends as many requests or tokens to the best LLM as
 * `chosen` did.
 */
function optimum(kind: keyof LlmLimits, chosen: readonly Chosen[]): number {
  const amount = ({ tokens }: Query): number => (kind === 'tokens_per_minute' ? tokens : 1);
  const other = ({ quality }: Query): number => Math.max(...LLMS.slice(1).map((model) => quality.get(model)!));
  const lead = (query: Query): number => query.quality.get(BEST)! - other(query);
  let left = 0;
  for (const { model, query } of chosen) if (model === BEST) left += amount(query);
  let sum = 0;
  for (const query of chosen.map((one) => one.query).toSorted((a, b) => lead(b) / amount(b) - lead(a) / amount(a))) {
    const there = lead(query) > 0 && amount(query) <= left;
    if (there) left -= amount(query);
    sum += there ? query.quality.get(BEST)! : other(query);
  }
  return sum / chosen.length;
}

try {
  const places = Math.round((limit / 60_000) * LATENCY_MS);
  const KINDS: [kind: 'requests_per_minute' | 'tokens_per_minute' | 'in_flight', limit: number][] = [
    ['requests_per_minute', limit],
    ['tokens_per_minute', Math.round(limit * tokensOfWanted)],
    ['in_flight', places],
  ];
  const rows: (string | number)[][] = [];
  for (const [kind, most] of KINDS) {
    for (const rate of RATES) {
      const arriving = arrivals(
        (rate * limit * queries.length) / wanted.length,
        createRng(seed).fork(`arrivals ${rate}`),
      );
      const free = await run(null, (load) => load, rate, arriving);
      const unlimited = qualityOf(free.chosen);
      for (const [name, way] of Object.entries(WAYS)) {
        const { chosen, micros } = await run({ [kind]: most }, way, rate, arriving);
        const quality = qualityOf(chosen);
        rows.push([
          `${kind} ${most}`,
          rate,
          name,
          `${((100 * fullest(kind, chosen)) / most).toFixed(1)}%`,
          unlimited.toFixed(4),
          quality.toFixed(4),
          (100 * (unlimited - quality)).toFixed(2),
          (100 * (unlimited - optimum(kind, chosen))).toFixed(2),
          free.micros.toFixed(0),
          micros.toFixed(0),
        ]);
      }
    }
  }
  console.log(
    `${LLMS.join(', ')}; ${queries.length} held-out queries, of which ${wanted.length} are for the first; ` +
      `version ${version}; ${minutes} minutes at each rate, ${DECIDERS} deciders; seed ${seed}`,
  );
  console.log(
    table(
      [
        'limit of the best LLM',
        'asked / limit',
        'way',
        'fullest',
        'unlimited',
        'quality',
        'points lost',
        'at best',
        'µs unlimited',
        'µs',
      ],
      rows,
    ),
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}
