/**
 * Tests that are looked at after each pair of outcomes: how often they stop where nothing differs, and how soon they
 * find a difference, in sizes of the fixed-size test with the same alpha of .05, two sides, and a power of .8.
 *
 *     node dist/scripts/bench/sequential.js [--log DATA/llmrouter] [--runs 1000] [--seed 1]
 *
 * Real scores are drawn with replacement from the queries of the log; the candidate's are 3 points lower in the mean,
 * as a share of its answers are failures. Where a test gives up, its last look is its stopping time.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { createRng, type Rng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import { added, evidenceAgainst, NO_SUMS, replaced, type Sums, type Values } from '../../src/machines/sequential.js';
import { CONTENDERS, type Contender } from './sequential-tests.js';

const { values: given } = parseArgs({
  options: {
    log: { type: 'string' },
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  },
});
const [runs, rng] = [Number(given.runs), createRng(Number(given.seed))];
const ALPHA = 0.05;
type Draw = (rng: Rng) => number;

const coin =
  (p: number): Draw =>
  (chance) =>
    Number(chance.next() < p);
/** Some values are 0 in place of what they are, so that the mean falls by `fall`. */
const worse =
  (draw: Draw, mean: number, fall: number): Draw =>
  (chance) => {
    const value = draw(chance);
    return chance.next() < fall / mean ? 0 : value;
  };
const among =
  (scores: readonly number[]): Draw =>
  (chance) =>
    scores[chance.int(scores.length)]!;
const meanOf = (scores: readonly number[]): number => scores.reduce((sum, score) => sum + score, 0) / scores.length;

interface Stream {
  name: string;
  values: Values;
  draw: Draw;
}

function momentsOf(draw: Draw): { mean: number; variance: number } {
  let sums: Sums = NO_SUMS;
  const chance = createRng(99);
  for (let i = 0; i < 300_000; i++) sums = added(sums, draw(chance));
  return { mean: sums.mean, variance: sums.m2 / sums.n };
}

/** Values of each arm at which each run stopped; null where it gave up. All contenders see the same values. */
function stops(contender: Contender, size: number, values: Values, candidate: Draw, control: Draw): (number | null)[] {
  const most = Math.round(contender.until * size);
  return Array.from({ length: runs }, (_, run) => {
    const [a, b] = [rng.fork(`candidate ${run}`), rng.fork(`control ${run}`)];
    const look = contender.open({ size, values, alpha: ALPHA });
    for (let n = 1; n <= most; n++) if (look(candidate(a), control(b))) return n;
    return null;
  });
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
/** Sizes of the fixed-size test that a test is looked at where nothing differs. */
const NULL_SIZES = 2;

function compare({ name, values, draw }: Stream, fall: number): void {
  const { mean, variance } = momentsOf(draw);
  const lower = worse(draw, mean, fall);
  const size = Math.ceil(((1.96 + 0.8416) ** 2 * (variance + momentsOf(lower).variance)) / fall ** 2);
  const rows = CONTENDERS.map((contender) => {
    const limited = { ...contender, until: Math.min(contender.until, NULL_SIZES) };
    const same = stops(limited, size, values, draw, draw);
    const times = stops(contender, size, values, lower, draw);
    const sizes = times.map((time) => time ?? contender.until * size).toSorted((a, b) => a - b);
    return [
      contender.name,
      percent(same.filter((time) => time !== null).length / runs),
      percent(times.filter((time) => time !== null).length / runs),
      ...[meanOf(sizes), sizes[sizes.length >> 1]!, sizes[Math.floor(sizes.length * 0.9)]!].map((time) =>
        (time / size).toFixed(2),
      ),
    ];
  });
  console.log(
    `\n${name}, mean ${mean.toFixed(3)}, candidate ${100 * fall} points lower: fixed size ${size} of each arm`,
  );
  console.log(`${runs} runs; where nothing differs, looked at up to ${NULL_SIZES} sizes\n`);
  console.log(table(['test', 'false stops', 'found', 'mean', 'median', '90%'], rows));
}

/** Whether, and to which side, a test stops where nothing differs, looked at after each value of either arm. */
function stopped({ values, draw }: Stream, chance: Rng, ratio: number, most: number): number {
  let [a, b] = [NO_SUMS, NO_SUMS];
  for (let n = 1; n <= most * (ratio + 1); n++) {
    if (n % (ratio + 1) === 0) a = added(a, draw(chance));
    else b = added(b, draw(chance));
    if (evidenceAgainst(0, a, b, values) >= Math.log(1 / ALPHA)) return Math.sign(a.mean - b.mean);
  }
  return 0;
}

const SHARES = [
  { ratio: 1, most: 2000 },
  { ratio: 4, most: 2000 },
  { ratio: 99, most: 400 },
];

/** False stops of ours where arms have other shares, of values of all sorts. */
function shares(streams: readonly Stream[]): void {
  const rows = streams.map((stream) => [
    stream.name,
    ...SHARES.map(({ ratio, most }) => {
      const signs = Array.from({ length: runs }, (_, run) =>
        stopped(stream, rng.fork(`${stream.name} ${ratio} ${run}`), ratio, most),
      );
      const [low, high] = [-1, 1].map((side) => percent(signs.filter((sign) => sign === side).length / runs));
      return `${low} + ${high}`;
    }),
  ]);
  console.log('\nOurs where nothing differs, looked at after each value of either arm: false stops below + above\n');
  console.log(table(['values', ...SHARES.map(({ ratio, most }) => `1:${ratio}, ${most} of the candidate`)], rows));
}

/** What is held together by one arm: some answers after another, or some units that ask all the time. */
interface Unit {
  isCandidate: boolean;
  quality: number;
  seen: Sums;
}
const COUNTINGS = ['each answer', 'the first answer', 'the mean of its answers'] as const;

/** Whether a test stops where nothing differs but units, by what counts of a unit. */
function stoppedByUnits(next: () => Unit, chance: Rng, counting: (typeof COUNTINGS)[number], answers: number): boolean {
  const sums = { candidate: NO_SUMS, control: NO_SUMS };
  for (let n = 0; n < answers; n++) {
    const unit = next();
    const arm = unit.isCandidate ? 'candidate' : 'control';
    const before = unit.seen;
    const value = Number(chance.next() < unit.quality);
    unit.seen = added(before, value);
    if (counting === 'each answer' || before.n === 0) sums[arm] = added(sums[arm], value);
    else if (counting === 'the mean of its answers') sums[arm] = replaced(sums[arm], before.mean, unit.seen.mean);
    if (evidenceAgainst(0, sums.candidate, sums.control, 'fractions') >= Math.log(1 / ALPHA)) return true;
  }
  return false;
}

/** False stops where answers of one unit are alike, at a share of .15. */
function units(answers: number): void {
  const settings = [
    { name: 'conversations of 3 answers, deviation .2', keys: 0, turns: 3, deviation: 0.2 },
    { name: 'conversations of 10 answers, deviation .2', keys: 0, turns: 10, deviation: 0.2 },
    { name: '1000 keys, deviation .1', keys: 1000, turns: 1, deviation: 0.1 },
    { name: '100 keys, deviation .1', keys: 100, turns: 1, deviation: 0.1 },
  ];
  const rows = settings.map(({ name, keys, turns, deviation }) => [
    name,
    ...COUNTINGS.map((counting) => {
      const wrong = Array.from({ length: runs }, (_, run) => {
        const chance = rng.fork(`${name} ${run}`);
        const unit = (): Unit => ({
          isCandidate: chance.next() < 0.15,
          quality: Math.min(1, Math.max(0, 0.6 + deviation * chance.normal())),
          seen: NO_SUMS,
        });
        const all = Array.from({ length: keys }, unit);
        let [conversation, left] = [unit(), turns];
        const next = (): Unit => {
          if (keys > 0) return all[chance.int(keys)]!;
          if (left-- === 0) [conversation, left] = [unit(), turns - 1];
          return conversation;
        };
        return stoppedByUnits(next, chance, counting, answers);
      });
      return percent(wrong.filter(Boolean).length / runs);
    }),
  ]);
  console.log(`\nOurs where only units differ, ${answers} answers, by what counts of a unit: false stops\n`);
  console.log(table(['units', ...COUNTINGS], rows));
}

const normal: Draw = (chance) => chance.normal();
const streams: Stream[] = [
  { name: 'errors, .2%', values: 'fractions', draw: coin(0.002) },
  { name: 'errors, 1%', values: 'fractions', draw: coin(0.01) },
  { name: 'errors, 5%', values: 'fractions', draw: coin(0.05) },
  { name: 'scores 0 or 1, .6', values: 'fractions', draw: coin(0.6) },
  { name: 'scores 0 or 1, .95', values: 'fractions', draw: coin(0.95) },
  { name: 'log latency, normal', values: 'reals', draw: (chance) => 6 + 0.6 * normal(chance) },
  {
    name: 'log latency, tail of an exponential',
    values: 'reals',
    draw: (chance) => 6 - Math.log(1 - chance.next()) / 2,
  },
  { name: 'cost, log-normal (1)', values: 'amounts', draw: (chance) => Math.exp(normal(chance)) },
  { name: 'cost, log-normal (1.5)', values: 'amounts', draw: (chance) => Math.exp(1.5 * normal(chance)) },
  {
    name: 'cost, one in 20 some 50 times',
    values: 'amounts',
    draw: (chance) => (chance.next() < 0.95 ? Math.exp(0.5 * normal(chance)) : 50 * Math.exp(0.8 * normal(chance))),
  },
  {
    name: 'cost, one in 100 some 100 times',
    values: 'amounts',
    draw: (chance) => (chance.next() < 0.99 ? Math.exp(0.5 * normal(chance)) : 100 * Math.exp(0.8 * normal(chance))),
  },
];
const compared: Stream[] = [{ name: 'scores 0 or 1', values: 'fractions', draw: coin(0.6) }];
if (given.log !== undefined) {
  const lines = gunzipSync(readFileSync(join(given.log, 'interactions.jsonl.gz')))
    .toString()
    .trim()
    .split('\n');
  const scores = lines.map((line) => Object.values((JSON.parse(line) as { scores: Record<string, number> }).scores));
  // One LLM is drawn for each query, as a service that asks all of them has it.
  const chance = createRng(Number(given.seed)).fork('LLMs');
  const one = scores.map((row) => row[chance.int(row.length)]!);
  const real = { name: 'scores of the log', values: 'fractions', draw: among(one) } as const;
  compared.push(real);
  streams.push(real);
}
for (const stream of compared) compare(stream, 0.03);
shares(streams);
units(10_000);
