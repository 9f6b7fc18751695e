/**
 * Drift: how often the test cries wolf where nothing changes, how soon it finds a drop of 20 points in one LLM and
 * task, and where the traffic goes then. Trains on one half of a log (by the hash of the query text) and streams the
 * other, drawn with replacement; predictions are the trained version's, from the text alone.
 *
 *     node dist/scripts/bench/drift.js --log FILE [--data DIR] [--drop 0.2] [--seeds 5] [--draws 4000]
 *
 * `--data` keeps the trained version for the next run.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { openArtifactFolder } from '../../src/artifact/files/folder.js';
import { systemClock } from '../../src/base/clock.js';
import { createLogger } from '../../src/base/log.js';
import { dataPaths } from '../../src/base/paths.js';
import { createRng, type Rng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import { openEncoder } from '../../src/encoder/index.js';
import { foldOf } from '../../src/evaluation/folds.js';
import { observe, meanOf, type Change } from '../../src/machines/drift.js';
import { afterObservation, NEW_STREAM, type DriftStream } from '../../src/machines/drift-stream.js';
import { distrust } from '../../src/live/trust.js';
import { importFiles } from '../../src/importer/index.js';
import { openLedger } from '../../src/store/open.js';
import { DEFAULT_DRIFT } from '../../src/schema/drift.js';
import type { ScoreRow } from '../../src/schema/feedback.js';
import { openLiveScorer } from '../../src/live/scorer.js';
import type { ScoredLlm, Scorer, TaskShare } from '../../src/scoring/types.js';
import { trainAndActivate } from '../../src/training/trainer.js';
import { adwin, ours, pageHinkley, toldCusum, type Contender, type Truth, type Value } from './drift-tests.js';

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
const encoder = await openEncoder('static');
const log = createLogger('warn');

type Row = Pick<ScoreRow, 'query' | 'task' | 'scores'>;

/** A held-out query: how LLMs did on it, what is expected of each, and what task it looks like. */
interface HeldOut {
  task: string;
  scores: Record<string, number>;
  scored: ScoredLlm[];
  shares: TaskShare[];
}

/** Answers of one LLM on one task, to be drawn from. */
interface Source extends Truth {
  model: string;
  task: string;
  values: Value[];
  meanScore: number;
}

async function train(folder: string, rows: readonly Row[]): Promise<Scorer> {
  const paths = dataPaths(folder);
  const ledger = await openLedger(paths.ledger, { clock: systemClock });
  if ((await ledger.artifacts.activeVersion()) === null) {
    const file = join(folder, 'train.jsonl');
    writeFileSync(file, rows.map(({ query, task, scores }) => JSON.stringify({ query, task, scores })).join('\n'));
    await importFiles(ledger, [file]);
    await trainAndActivate(
      { ledger, dataDir: folder, encoder: 'static', log, onActivated: async () => {} },
      {},
      () => {},
    );
  }
  const artifacts = openArtifactFolder(paths.artifacts);
  const scorer = (await openLiveScorer({ ledger, artifacts, encoder, log })).current();
  await ledger.close();
  return scorer;
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

const best = (scored: readonly ScoredLlm[]): string => scored.reduce((a, b) => (b.quality > a.quality ? b : a)).model;

/**
 * Share of a task's queries that go to an LLM, before a drop, 50 interactions after the alert, and if the drop were
 * known.
 */
function traffic(
  queries: readonly HeldOut[],
  source: Source,
): { before: number; after: number; known: number; task: string; model: string } | null {
  const own = queries.filter((q) => q.task === source.task);
  const shareOf = (adjust: (q: HeldOut) => ScoredLlm[]): number =>
    own.filter((q) => best(adjust(q)) === source.model).length / own.length;
  const before = shareOf((q) => q.scored);
  const rng = createRng(SEED).fork(`traffic ${source.model} ${source.task}`);
  let stream: DriftStream = NEW_STREAM;
  let change: Change | null = null;
  let later = 0;
  for (let n = 0; later < 50 && n < 1000 + MOST; n++) {
    const next = afterObservation(
      stream,
      { signal: 'score', ...(n < 1000 ? draw(rng, source) : dropped(rng, source)), version: 'held out', at: n },
      DEFAULT_DRIFT,
    );
    stream = next.stream;
    if (n >= 1000 && next.change !== null) change ??= next.change;
    if (change !== null) later++;
  }
  if (change === null) return null;
  const alert = { task: source.task, signal: 'score' as const, before: change.before, after: meanOf(stream.values) };
  const alerts = new Map([[source.model, [alert]]]);
  const known = new Map([[source.model, [{ ...alert, before: 1, after: 1 - DROP }]]]);
  return {
    model: source.model,
    task: source.task,
    before,
    after: shareOf((q) => distrust(q.scored, alerts, q.shares)),
    known: shareOf((q) => distrust(q.scored, known, [{ task: source.task, probability: 1 }])),
  };
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

const rows = (values.log.endsWith('.gz') ? gunzipSync(readFileSync(values.log)) : readFileSync(values.log))
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);
const folder = values.data ?? mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
const scorer = await train(
  folder,
  rows.filter(({ query }) => foldOf(query, 2) === 0),
);
const queries = rows
  .filter(({ query }) => foldOf(query, 2) === 1)
  .map(({ query, task, scores }): HeldOut => {
    const vector = scorer.encode(query) as Float32Array;
    return { task: task!, scores, scored: scorer.score(query, vector), shares: scorer.tasksOf(vector) };
  });
if (values.data === undefined) rmSync(folder, { recursive: true });
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
const moved = dropping.flatMap((source) => traffic(queries, source) ?? []).filter(({ before }) => before >= 0.1);
console.log(
  `\nTraffic of a task, where its best LLM by expected quality got at least a tenth of it: 50 interactions ` +
    'after the alert (history 1000)',
);
const percent = (x: number): string => `${(100 * x).toFixed(1)}%`;
const mean = (of: (one: (typeof moved)[number]) => number): string =>
  percent(moved.reduce((sum, one) => sum + of(one), 0) / moved.length);
console.log(
  table(
    ['task', 'LLM', 'before', 'after', 'were the drop known'],
    [
      ...moved.map(({ task, model, before, after, known }) => [
        task,
        model,
        percent(before),
        percent(after),
        percent(known),
      ]),
      ['mean', '', mean((x) => x.before), mean((x) => x.after), mean((x) => x.known)],
    ],
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
