/**
 * Drift: how often the test cries wolf where nothing changes, and how soon it finds a drop of 20 points in one LLM and
 * task; `recovery.ts` shows where the traffic goes then. Trains on one half of a log (by the hash of the query text)
 * and streams the other, drawn with replacement; predictions are the trained version's, from the text alone.
 *
 *     node dist/scripts/bench/drift.js --log FILE [--data DIR] [--drop 0.2] [--seeds 5] [--draws 4000]
 *
 * `--data` keeps the trained version for the next run.
 */
import { parseArgs } from 'node:util';
import { createRng, type Rng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import { observe } from '../../src/machines/drift.js';
import { afterObservation, NEW_STREAM, type DriftStream } from '../../src/machines/drift-stream.js';
import { DEFAULT_DRIFT } from '../../src/schema/drift.js';
import type { ScoredLlm } from '../../src/scoring/types.js';
import { adwin, ours, pageHinkley, toldCusum, type Contender, type Truth, type Value } from './drift-tests.js';
import { trainedOnHalf } from './trained-on-half.js';

const { values } = parseArgs({
  options: {
    log: { type: 'string' },
    data: { type: 'string' },
    drop: { type: 'string', default: '0.2' },
    seeds: { type: 'string', default: '5' },
    draws: { type: 'string', default: '4000' },
  },
});
if (values.log === undefined) throw new Error('--log: expected a file of score rows');
const [DROP, SEEDS, DRAWS] = [Number(values.drop), Number(values.seeds), Number(values.draws)];
const SEED = 20260500;
/** Interactions before the drop. */
const HISTORIES = [200, 500, 1000, 2000];
/** Interactions after it at most. */
const MOST = 1000;
/** Held-out answers that a stream is drawn from at least, and mean score, so that it can drop. */
const ENOUGH = { answers: 60, mean: DROP + 0.05 };

/** A held-out query: how LLMs did on it, and what is expected of each. */
interface HeldOut {
  task: string;
  scores: Record<string, number>;
  scored: ScoredLlm[];
}

/** Answers of one LLM on one task, to be drawn from. */
interface Source extends Truth {
  model: string;
  task: string;
  values: Value[];
  meanScore: number;
}

function sourceOf(queries: readonly HeldOut[], model: string, task: string): Source {
  const own = queries.filter((q) => q.task === task && model in q.scores);
  const drawn = own.map(({ scores, scored }): Value => ({
    value: scores[model]!,
    predicted: scored.find((llm) => llm.model === model)!.quality,
  }));
  const residuals = drawn.map(({ value, predicted }) => value - predicted!);
  const mean = residuals.reduce((a, b) => a + b, 0) / residuals.length;
  const deviation = Math.sqrt(residuals.reduce((a, b) => a + (b - mean) ** 2, 0) / residuals.length);
  return {
    model,
    task,
    values: drawn,
    mean,
    deviation,
    meanScore: drawn.reduce((a, { value }) => a + value, 0) / drawn.length,
  };
}

const draw = (rng: Rng, { values: from }: Source): Value => from[rng.int(from.length)]!;
/** A value after the drop: some of what was right is wrong. */
const dropped = (rng: Rng, source: Source): Value => {
  const { value, predicted } = draw(rng, source);
  return { value: rng.next() < DROP / source.meanScore ? 0 : value, predicted };
};

function falseAlarms(sources: readonly Source[], contender: Contender): (string | number)[] {
  const rng = createRng(SEED).fork('no change');
  const count = { worse: 0, better: 0, values: 0 };
  for (const source of sources) {
    const detect = contender.open(source);
    for (let i = 0; i < DRAWS; i++, count.values++) {
      const verdict = detect(draw(rng, source));
      if (verdict !== null) count[verdict]++;
    }
  }
  const rate = (n: number): string => ((n * 100_000) / count.values).toFixed(2);
  return [contender.name, count.values, count.worse, rate(count.worse), count.better, rate(count.better)];
}

const at = (sorted: readonly number[], share: number): string =>
  sorted[Math.floor(share * (sorted.length - 1))]! > MOST
    ? `over ${MOST}`
    : String(sorted[Math.floor(share * (sorted.length - 1))]);

function found(sources: readonly Source[], contender: Contender, history: number): (string | number)[] {
  const took: number[] = [];
  for (let seed = 0; seed < SEEDS; seed++)
    for (const source of sources) {
      const rng = createRng(SEED + seed).fork(`${source.model} ${source.task} ${history}`);
      const detect = contender.open(source);
      for (let i = 0; i < history; i++) detect(draw(rng, source));
      let n = 1;
      while (n <= MOST && detect(dropped(rng, source)) !== 'worse') n++;
      took.push(n);
    }
  took.sort((a, b) => a - b);
  const within = (n: number): string => `${((100 * took.filter((x) => x <= n).length) / took.length).toFixed(1)}%`;
  return [history, contender.name, within(200), within(400), at(took, 0.5), at(took, 0.95), at(took, 1)];
}

/** Signals that the log lacks, made up: how often each raises an alarm without a change, in 100,000. */
function madeUp(): (string | number)[][] {
  const rng = createRng(SEED).fork('made up');
  const kinds: [name: string, signal: 'error' | 'latency', next: () => number][] = [
    ...[0.001, 0.01, 0.05, 0.2].map((p): [string, 'error', () => number] => [
      `errors, ${100 * p}%`,
      'error',
      () => Number(rng.next() < p),
    ]),
    ...[0.3, 0.7, 1.2].map((s): [string, 'latency', () => number] => [
      `latency, log-normal, deviation ${s}`,
      'latency',
      () => 7 + s * rng.normal(),
    ]),
    [
      'latency, 5% are ten times as long',
      'latency',
      () => 7 + 0.3 * rng.normal() + (rng.next() < 0.05 ? Math.log(10) : 0),
    ],
  ];
  return kinds.map(([name, signal, next]) => {
    let [worse, better] = [0, 0];
    for (let stream = 0; stream < 100; stream++) {
      let state: DriftStream = NEW_STREAM;
      for (let i = 0; i < DRAWS; i++) {
        const after = afterObservation(
          state,
          { signal, value: next(), predicted: null, version: null, at: i },
          DEFAULT_DRIFT,
        );
        state = after.stream;
        if (after.change === null) continue;
        if (after.change.after > after.change.before) worse++;
        else better++;
      }
    }
    return [name, 100 * DRAWS, worse / ((100 * DRAWS) / 100_000), better / ((100 * DRAWS) / 100_000)];
  });
}

const { scorer, heldOut } = await trainedOnHalf(values.log, values.data, { labels: true });
const queries = heldOut.map(({ query, task, scores }): HeldOut => {
  const vector = scorer.encode(query) as Float32Array;
  return { task: task!, scores, scored: scorer.score(query, vector) };
});
const tasks = [...new Set(queries.map((q) => q.task))];
const sources = tasks.flatMap((task) => scorer.models.map((model) => sourceOf(queries, model, task)));
const dropping = sources.filter(
  ({ values: own, meanScore }) => own.length >= ENOUGH.answers && meanScore >= ENOUGH.mean,
);
const told = toldCusum(DROP);
const contenders = [ours(), pageHinkley, adwin, told];
const EVIDENCE = [9, 9.5, 10, 11, 12];

console.log(
  `${queries.length} held-out queries, ${sources.length} LLMs × tasks, predictions of version ${scorer.version} ` +
    `(${scorer.router}), seeds from ${SEED}; evidence ${DEFAULT_DRIFT.score.evidence}, least ` +
    `${DEFAULT_DRIFT.score.least}`,
);
console.log('\nNothing changes: alarms, and alarms in 100,000 interactions');
console.log(
  table(
    ['test', 'interactions', 'worse', 'in 100,000', 'better', 'in 100,000'],
    [...EVIDENCE.map(ours), pageHinkley, adwin].map((contender) => falseAlarms(sources, contender)),
  ),
);
console.log('\nThe same of those that can drop');
console.log(
  table(
    ['test', 'interactions', 'worse', 'in 100,000', 'better', 'in 100,000'],
    [ours(), told].map((contender) => falseAlarms(dropping, contender)),
  ),
);
console.log(
  `\nA drop of ${DROP} in one of ${dropping.length} LLMs × tasks (mean score ${ENOUGH.mean.toFixed(2)} or ` +
    `more), ${SEEDS} seeds: interactions until it is found`,
);
console.log(
  table(
    ['history', 'test', 'within 200', 'within 400', 'median', '95%', 'most'],
    HISTORIES.flatMap((history) => contenders.map((contender) => found(dropping, contender, history))),
  ),
);
console.log('\nWith more and with less evidence');
console.log(
  table(
    ['history', 'test', 'within 200', 'within 400', 'median', '95%', 'most'],
    EVIDENCE.map((evidence) => found(dropping, ours(evidence), 1000)),
  ),
);
console.log('\nOther signals, made up, without a change: alarms in 100,000');
console.log(table(['signal', 'values', 'worse', 'better'], madeUp()));

const started = performance.now();
let timed: ReturnType<typeof observe>['stream'] = [];
const rng = createRng(SEED);
for (let i = 0; i < 100_000; i++)
  timed = observe(timed, Number(rng.next() < 0.5), i, {
    evidence: { fall: 10, rise: 10 },
    least: 0.1,
    variance: 0.2,
  }).stream;
console.log(`\n${((performance.now() - started) / 100).toFixed(1)} µs a value, ${timed.length} buckets`);
