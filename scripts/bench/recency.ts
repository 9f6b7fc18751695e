/**
 * An LLM of a real log becomes another one: how well it is routed after k of its new answers, with answers from before
 * counting as ever, and counting little. Three fifths of the queries are the past, in which all LLMs answered; in the
 * present only the LLM that changed is asked, k times; a quarter of the queries is held out, with its scores of the
 * present.
 *
 *     node dist/scripts/bench/recency.js FILE… [--changes drop20,drop40,gain20,task40,same] [--answers 100,200,500]
 * [--weights 1,0.0625]
 *         [--weights-only] [--seed 20260500] [--backend auto]
 *
 * `--weights-only` trains once, on the past, and makes only what is known of LLMs anew: seconds a row instead of half a
 * minute.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sha256 } from '../../src/base/hash.js';
import { createRng } from '../../src/base/rng.js';
import { Database } from '../../src/store/sqlite/database.js';
import { table } from '../../src/cli/output.js';
import { openStaticEncoder } from '../../src/encoder/static.js';
import { firstChoice } from '../../src/measure/outcomes.js';
import { freezeGraph } from '../../src/graph/freeze.js';
import { withTexts, type GraphRows } from '../../src/graph/rows.js';
import { importFiles } from '../../src/importer/index.js';
import { openLedger, type Ledger } from '../../src/store/open.js';
import { DESIGNS, partsOf } from '../../src/profile/design.js';
import { createDataset } from '../../src/dataset/dataset.js';
import { baselineByName } from '../../src/router/baselines.js';
import type { FitTools, FittedRouter } from '../../src/router/types.js';
import { Interaction } from '../../src/schema/feedback.js';
import { openBackend } from '../../src/tensor/backend.js';
import { fitLearned, refreeze, type LearnedRouter } from '../../src/learned/fit.js';
import { DEFAULT_SEED } from '../../src/schema/training.js';
import { answeredQueries } from '../../src/training/run.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    changes: { type: 'string', default: 'drop20,drop40,gain20,task40,same' },
    answers: { type: 'string', default: '100,200,500' },
    weights: { type: 'string', default: '1,0.0625' },
    'weights-only': { type: 'boolean', default: false },
    seed: { type: 'string', default: String(DEFAULT_SEED) },
    backend: { type: 'string', default: 'auto' },
  },
});
if (positionals.length === 0) throw new Error('expected the files of a log');
const seed = Number(values.seed);
const numbers = (list: string): number[] => list.split(',').map(Number);

const encoder = openStaticEncoder();
const DESIGN = DESIGNS['structured-trainable'];
const BESIDE = ['best-single', 'nearest-queries', 'soft-task'].map((name) => baselineByName(name)!);
const [PAST, PRESENT] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 1, 1)];

async function withLedger<T>(work: (ledger: Ledger, path: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
  const path = join(folder, 'ledger.sqlite');
  const ledger = await openLedger(path, { clock: () => PAST });
  try {
    return await work(ledger, path);
  } finally {
    await ledger.close();
    rmSync(folder, { recursive: true });
  }
}

/** A log as a table: every LLM's score on every query. */
interface Log {
  rows: GraphRows;
  /** LLMs that answered, by place in `rows.llms`. */
  llms: number[];
  texts: string[];
  /** Query-major `[numQueries, rows.llms.length]`. */
  scores: Float32Array;
}

async function readLog(files: string[]): Promise<Log> {
  const rows = await withLedger(async (ledger) => {
    await importFiles(ledger, files);
    return withTexts(await ledger.snapshot.read(), ledger.snapshot.texts);
  });
  const scores = new Float32Array(rows.queries.length * rows.llms.length);
  rows.scores.score.forEach(
    (score, e) => (scores[rows.scores.query[e]! * rows.llms.length + rows.scores.llm[e]!] = score),
  );
  return {
    rows,
    llms: [...new Set(rows.scores.llm)].toSorted((a, b) => a - b),
    texts: Array.from(rows.queries, (q) => q.text),
    scores,
  };
}

/** A change of one LLM, by `points` of its mean score, on one task or on all. */
interface Change {
  llm: number;
  task: number | null;
  points: number;
}

const log = await readLog(positionals);
const width = log.rows.llms.length;
const at = (q: number, l: number): number => q * width + l;
const meanOn = (l: number, queries: readonly number[]): number =>
  queries.reduce((sum, q) => sum + log.scores[at(q, l)]! / queries.length, 0);
const everything = log.texts.map((_, q) => q);
const byScore = log.llms.toSorted((a, b) => meanOn(b, everything) - meanOn(a, everything));
const onTask = (task: number): number[] => everything.filter((q) => log.rows.queries.taskOf(q) === task);
/** Of the tasks that the best LLM does well, the one on which it is furthest above the next best. */
const ownTask = log.rows.tasks
  .map((_, task) => task)
  .filter((task) => meanOn(byScore[0]!, onTask(task)) > 0.5)
  .map((task) => ({
    task,
    lead: Math.min(...byScore.slice(1).map((l) => meanOn(byScore[0]!, onTask(task)) - meanOn(l, onTask(task)))),
  }))
  .toSorted((a, b) => b.lead - a.lead)[0]!.task;
const CHANGES: Record<string, Change> = {
  drop20: { llm: byScore[0]!, task: null, points: -0.2 },
  drop40: { llm: byScore[0]!, task: null, points: -0.4 },
  gain20: { llm: byScore[Math.floor(byScore.length / 2)]!, task: null, points: 0.2 },
  task40: { llm: byScore[0]!, task: ownTask, points: -0.4 },
  same: { llm: byScore[0]!, task: null, points: 0 },
};

/** Scores of the present: some of the changed LLM's are 0, or 1, by chance. */
function scoresAfter({ llm, task, points }: Change): Float32Array {
  const rng = createRng(seed).fork('change');
  const scores = log.scores.slice();
  const queries = task === null ? everything : onTask(task);
  const mean = meanOn(llm, queries);
  const chance = points < 0 ? -points / mean : points / (1 - mean);
  for (const q of queries) if (rng.next() < chance) scores[at(q, llm)] = points < 0 ? 0 : 1;
  return scores;
}

/** Past, present and held-out queries, by the hash of their text. */
const place = log.texts.map((text) => Number.parseInt(sha256(text).slice(-8), 16) / 2 ** 32);
const past = everything.filter((q) => place[q]! < 0.6);
const heldOut = everything.filter((q) => place[q]! >= 0.75);
const present = createRng(seed)
  .fork('present')
  .shuffle(everything.filter((q) => place[q]! >= 0.6 && place[q]! < 0.75));

/** What a snapshot says after `answers` answers of the changed LLM. */
function snapshotAfter(change: Change, after: Float32Array, answers: number): Promise<GraphRows> {
  const task = (q: number): string | undefined => log.rows.tasks[log.rows.queries.taskOf(q)]?.id;
  const answer = (
    q: number,
    l: number,
    scores: Float32Array,
    time: number,
  ): { kind: 'interaction'; value: Interaction } => ({
    kind: 'interaction',
    value: Interaction.parse({
      query: log.texts[q],
      model: log.rows.llms[l]!.id,
      score: scores[at(q, l)],
      task: task(q),
      at: new Date(time).toISOString(),
    }),
  });
  const asked = present
    .filter((q) => change.task === null || log.rows.queries.taskOf(q) === change.task)
    .slice(0, answers);
  return withLedger(async (ledger, path) => {
    for (const llm of log.rows.llms) await ledger.catalog.put(llm);
    await ledger.feedback.append([
      {
        records: [
          ...past.flatMap((q) => log.llms.map((l) => answer(q, l, log.scores, PAST))),
          ...asked.map((q) => answer(q, change.llm, after, PRESENT)),
        ],
      },
    ]);
    const db = new Database(path);
    const idOf = (kind: 'llm' | 'task', name: string): number =>
      db.prepare<[string], number>(`SELECT id FROM ${kind} WHERE name = ?`).pluck().get(name)!;
    if (answers > 0)
      db.prepare("INSERT INTO change_point (llm, task, at, cause) VALUES (?, ?, ?, 'drift')").run(
        idOf('llm', log.rows.llms[change.llm]!.id),
        change.task === null ? null : idOf('task', log.rows.tasks[change.task]!.id),
        PRESENT,
      );
    db.close();
    return withTexts(await ledger.snapshot.read(), ledger.snapshot.texts);
  });
}

/** The rows with answers from before the change at another weight than the ledger gives them. */
const reweighted = (rows: GraphRows, weight: number): GraphRows => ({
  ...rows,
  scores: { ...rows.scores, count: rows.scores.count.map((n) => (n < 1 ? weight : n)) },
});

/**
 * How held-out queries of the present are routed: mean score, share that the changed LLM gets, and what is expected of
 * it against what it does.
 */
function judge(
  router: FittedRouter,
  order: readonly number[],
  change: Change,
  after: Float32Array,
): (string | number)[] {
  const judged = change.task === null ? heldOut : heldOut.filter((q) => log.rows.queries.taskOf(q) === change.task);
  let [quality, chosen, expected, done] = [0, 0, 0, 0];
  for (const q of judged) {
    const scores = router.score({ vector: encoder.encodeSync!(log.texts[q]!), task: log.rows.queries.taskOf(q) });
    const choice = firstChoice(scores, order);
    quality += after[at(q, choice)]! / judged.length;
    chosen += Number(choice === change.llm) / judged.length;
    expected += scores[change.llm]! / judged.length;
    done += after[at(q, change.llm)]! / judged.length;
  }
  return [quality.toFixed(4), `${(100 * chosen).toFixed(0)}%`, expected.toFixed(3), done.toFixed(3)];
}

const backend = await openBackend(values.backend as Parameters<typeof openBackend>[0]);
const { tf } = backend;
const tools = (): FitTools => ({ tf, rng: createRng(seed) });
const lines: (string | number)[][] = [];
let inForce: LearnedRouter | null = null;

/** Routers that learn from `rows`, judged. */
async function add(
  name: string,
  change: Change,
  after: Float32Array,
  answers: number,
  weight: string,
  rows: GraphRows,
): Promise<void> {
  const vectors = Array.from(rows.queries, (q) => encoder.encodeSync!(q.text));
  const data = await createDataset({
    rows,
    graph: freezeGraph(rows, partsOf(DESIGN)),
    design: DESIGN,
    encoder,
    vectors,
  });
  const train = answeredQueries(data);
  const from = { rows, data, encoder };
  const anew = inForce === null || (!values['weights-only'] && answers > 0);
  const learned = anew
    ? await fitLearned(from, train, tools())
    : await refreeze({ weights: inForce!.weights, from, evidence: train, tools: tools() });
  inForce ??= learned;
  const line = (title: string, router: FittedRouter): void => {
    lines.push([name, answers, weight, title, ...judge(router, log.llms, change, after)]);
    console.error(lines.at(-1)!.join('  '));
  };
  line('learned profile', learned);
  for (const baseline of BESIDE) line(baseline.title, await baseline.fit(data, train, tools()));
}

for (const name of values.changes.split(',')) {
  const change = CHANGES[name]!;
  const after = scoresAfter(change);
  console.error(
    `${name}: ${log.rows.llms[change.llm]!.id}${change.task === null ? '' : ` on ${log.rows.tasks[change.task]!.id}`}`,
  );
  await add(name, change, after, 0, '–', await snapshotAfter(change, after, 0));
  for (const answers of numbers(values.answers)) {
    const rows = await snapshotAfter(change, after, answers);
    for (const weight of numbers(values.weights))
      await add(name, change, after, answers, String(weight), reweighted(rows, weight));
  }
}

console.log(
  `${past.length} queries of the past, ${heldOut.length} held out, ${log.llms.length} LLMs; seed ${seed}, ` +
    `${backend.description}`,
);
console.log(
  table(['change', 'new answers', 'old ones count', 'router', 'routed', 'to it', 'expected of it', 'it does'], lines),
);
