/**
 * The learned router beside every router that reads text alone, in the forms that logs really have (one answer a query,
 * an incumbent, no task labels …): mean score of the chosen LLM on held-out folds, which are complete and routed from
 * their text. A log is a folder with `models.json` and lines of score rows, gzipped:
 *
 *     node dist/scripts/bench/forms.js DATA/llmrouter DATA/optllm:4000 DATA/livecodebench/complete:all:10 …
 *         [--forms complete+task,complete,…] [--folds 0,1,4] [--draws 1] [--seed 20260500] [--backend auto]
 *         [--json FILE]
 *
 * A log may be followed by how many of its queries are used (`all`), and by a number of LLMs of like strength that are
 * picked: those around the 60th percentile.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { createRng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import { openStaticEncoder } from '../../src/encoder/static.js';
import { datasetOf, foldOf, splitFold, type EvaluationInput } from '../../src/evaluation/folds.js';
import { answeredOf } from '../../src/evaluation/without-llm.js';
import type { GraphRows } from '../../src/graph/rows.js';
import { fitLearned } from '../../src/learned/fit.js';
import { calibrationOf } from '../../src/measure/calibration.js';
import { firstChoice, loggedLlms, meanOf, outcomesOf, utilities } from '../../src/measure/outcomes.js';
import { LEARNED, predict, type HeldOut } from '../../src/measure/predictions.js';
import { BASELINES } from '../../src/router/baselines.js';
import type { ScoredLlm, Scorer } from '../../src/scoring/types.js';
import { openBackend } from '../../src/tensor/backend.js';
import { DEFAULT_SEED } from '../../src/schema/training.js';
import { readRows } from './read-rows.js';
import { FORMS, inForm } from './thinned.js';

/** Folds of the published logs' protocol. */
const FOLDS = 5;
/** A log's rows, of queries that are spread over all, and of LLMs of like strength. */
async function readLog(log: string): Promise<{ name: string; rows: GraphRows }> {
  const [path, queries = 'all', pool] = log.split(':') as [string, string?, string?];
  const file = existsSync(`${path}.jsonl.gz`) ? `${path}.jsonl.gz` : join(path, 'interactions.jsonl.gz');
  let lines = gunzipSync(readFileSync(file))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  if (queries !== 'all') {
    const size = Number(queries);
    const texts = [...new Set(lines.map((line) => line.query))].toSorted(
      (a, b) => foldOf(a, 1_000_003) - foldOf(b, 1_000_003),
    );
    const kept = new Set(texts.slice(0, size));
    lines = lines.filter((line) => kept.has(line.query));
  }
  const alike = pool === undefined ? null : alikeLlms(lines, Number(pool));
  const models = JSON.parse(readFileSync(join(dirname(file), 'models.json'), 'utf8')) as Record<string, unknown>;
  const known = Object.entries(models).filter(([id]) => alike === null || alike.has(id));
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
  try {
    const files = [join(folder, 'models.json'), join(folder, 'log.jsonl')] as const;
    writeFileSync(files[0], JSON.stringify(Object.fromEntries(known)));
    writeFileSync(files[1], lines.flatMap((line) => written(line, alike)).join(''));
    return { name: basename(dirname(file)), rows: await readRows(known.length > 0 ? [...files] : [files[1]]) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Line {
  query: string;
  task?: string;
  scores?: Record<string, number>;
  model?: string;
  score?: number;
}

const scoresOf = ({ scores, model, score }: Line): Record<string, number> => scores ?? { [model!]: score! };

function written(line: Line, alike: ReadonlySet<string> | null): string[] {
  const scores = Object.entries(scoresOf(line)).filter(([id]) => alike === null || alike.has(id));
  if (scores.length === 0) return [];
  return [`${JSON.stringify({ query: line.query, task: line.task, scores: Object.fromEntries(scores) })}\n`];
}

function alikeLlms(lines: readonly Line[], size: number): Set<string> {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const line of lines)
    for (const [id, score] of Object.entries(scoresOf(line))) {
      const of = sums.get(id) ?? { sum: 0, count: 0 };
      sums.set(id, { sum: of.sum + score, count: of.count + 1 });
    }
  const order = [...sums].toSorted((a, b) => a[1].sum / a[1].count - b[1].sum / b[1].count).map(([id]) => id);
  const from = Math.max(0, Math.min(order.length - size, Math.floor(0.6 * order.length) - (size >> 1)));
  return new Set(order.slice(from, from + size));
}

/** How much more the chosen LLM was expected to score than it did, in the mean. */
function optimism({ data, queries }: HeldOut, scores: Float32Array): number {
  const logged = loggedLlms(data);
  const { quality, chosen } = outcomesOf({ data, queries }, scores);
  return meanOf(
    quality.map((q, i) => {
      const row = scores.subarray(i * data.numLlms, (i + 1) * data.numLlms);
      return row[chosen[i]! < 0 ? firstChoice(row, logged) : chosen[i]!]! - q;
    }),
  );
}

/** Held-out queries that a task's mean is taken of, at least, and standard deviations about 80% of a normal one. */
const FEWEST = 15;
const EIGHTY = 1.2816;

/**
 * Share of 80% intervals of an LLM's mean score on a task that hold what it was, the chance in that itself allowed for.
 *
 * @param scores expected, and their standard deviations, of every LLM `[n][numLlms]`
 */
function coverage({ data, queries }: HeldOut, scores: readonly (readonly ScoredLlm[])[]): number {
  interface Cell {
    count: number;
    missed: number;
    sum: number;
    squares: number;
    variance: number;
  }
  const cells = new Map<string, Cell>();
  const { start, llm, score } = data.evidence;
  queries.forEach((q, i) => {
    for (let e = start[q]!; e < start[q + 1]!; e++) {
      const key = `${llm[e]} ${data.taskOf[q]}`;
      const cell = cells.get(key) ?? { count: 0, missed: 0, sum: 0, squares: 0, variance: 0 };
      cells.set(key, cell);
      const { quality, uncertainty } = scores[i]![llm[e]!]!;
      cell.count++;
      cell.missed += quality - score[e]!;
      cell.sum += score[e]!;
      cell.squares += score[e]! ** 2;
      cell.variance += uncertainty ** 2;
    }
  });
  const judged = [...cells.values()].filter(({ count }) => count >= FEWEST);
  const held = judged.filter(({ count, missed, sum, squares, variance }) => {
    const chance = (squares / count - (sum / count) ** 2) / count;
    return Math.abs(missed / count) < EIGHTY * Math.sqrt(variance / count + chance);
  });
  return held.length / judged.length;
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const product = (p: readonly number[], q: readonly number[]): number => p.reduce((sum, x, i) => sum + x * q[i]!, 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

/** Places of values in ascending order. */
const ranks = (values: readonly number[]): number[] => {
  const order = [...values.keys()].toSorted((a, b) => values[a]! - values[b]!);
  return values.map((_, i) => order.indexOf(i));
};

const about = (values: readonly number[]): number[] => values.map((x) => x - meanOf(values));
const correlation = (a: readonly number[], b: readonly number[]): number => cosine(about(a), about(b));

/**
 * Rank correlation of how near LLMs are said to be to one another with how they agreed on the held-out queries: the
 * cosine of their scores about the mean LLM's. Mean over LLMs; NaN where not all answered all.
 */
function nearestAgrees({ data, queries }: HeldOut, scorer: Scorer): number {
  const { start, llm, score } = data.evidence;
  const asked = loggedLlms(data);
  if (queries.some((q) => start[q + 1]! - start[q]! < asked.length)) return NaN;
  const beyond = new Map<string, number[]>(asked.map((l) => [data.llms[l]!, []]));
  for (const q of queries) {
    const all = score.subarray(start[q]!, start[q + 1]!);
    all.forEach((s, i) => beyond.get(data.llms[llm[start[q]! + i]!]!)!.push(s - meanOf(all)));
  }
  return meanOf(
    [...beyond].map(([id, own]) => {
      const near = scorer.nearest(id).filter(({ model }) => beyond.has(model));
      return correlation(
        ranks(near.map(({ similarity }) => similarity)),
        ranks(near.map(({ model }) => cosine(own, beyond.get(model)!))),
      );
    }),
  );
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    forms: { type: 'string', default: 'complete+task,complete,uniform,incumbent,uniform/4' },
    folds: { type: 'string', default: '0,1,4' },
    draws: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(DEFAULT_SEED) },
    backend: { type: 'string', default: 'auto' },
    json: { type: 'string' },
  },
});
if (positionals.length === 0) throw new Error('expected folders of logs');
const forms = values.forms.split(',');
for (const form of forms)
  if (FORMS[form] === undefined) throw new Error(`--forms: expected ${Object.keys(FORMS).join(', ')}; got ${form}`);

const encoder = openStaticEncoder();
const backend = await openBackend(values.backend as Parameters<typeof openBackend>[0]);
const { tf } = backend;
const baselines = BASELINES.filter((baseline) => !baseline.told);
const routers = [LEARNED, ...baselines].map(({ name }) => name);
const rowsOut: string[][] = [];
const cells: Record<string, unknown>[] = [];

for (const log of positionals) {
  const { name, rows } = await readLog(log);
  const vectors = Array.from(rows.queries, (q) => encoder.encodeSync!(q.text));
  const input: EvaluationInput = {
    rows,
    vectors,
    encoder,
    design: 'structured-trainable',
    seed: Number(values.seed),
    folds: FOLDS,
  };
  const whole = await datasetOf(input);
  for (const formName of forms) {
    const form = FORMS[formName]!;
    const found = new Map<string, number[]>(routers.map((router) => [router, []]));
    const errors: number[] = [];
    const hopes: number[] = [];
    const agreements: number[] = [];
    const covered: number[] = [];
    let seconds = 0;
    for (const fold of values.folds.split(',').map(Number)) {
      const { train, test } = splitFold(whole, rows, FOLDS, fold);
      const held = { data: whole, queries: test };
      for (let draw = 0; draw < Number(values.draws); draw++) {
        const rng = createRng(input.seed + draw).fork(`${formName} ${fold}`);
        const thinned = inForm(rows, train, form, rng.fork('form'));
        const data = await datasetOf({ ...input, rows: thinned });
        const learnedFrom = answeredOf(data, train);
        const started = performance.now();
        const learned = await fitLearned({ rows: thinned, data, encoder }, learnedFrom, { tf, rng: rng.fork('fit') });
        seconds += (performance.now() - started) / 1000;
        const scores = await predict(held, learned);
        found.get(LEARNED.name)!.push(meanOf(utilities(outcomesOf(held, scores))));
        errors.push(calibrationOf(held, scores).error);
        hopes.push(optimism(held, scores));
        agreements.push(nearestAgrees(held, learned.scorer));
        covered.push(
          coverage(
            held,
            Array.from(test, (q) => learned.scorer.score('', vectors[q]!)),
          ),
        );
        for (const baseline of baselines) {
          const fitted = await baseline.fit(data, learnedFrom, { tf, rng: rng.fork(baseline.name) });
          const worth = meanOf(utilities(outcomesOf(held, await predict(held, fitted))));
          found.get(baseline.name)!.push(worth);
        }
      }
    }
    const means = routers.map((router) => meanOf(found.get(router)!));
    const best = Math.max(...means.slice(1));
    const runs = errors.length;
    cells.push({ log: name, form: formName, means: Object.fromEntries(found), errors, hopes });
    rowsOut.push([
      name,
      formName,
      ...means.map((x) => x.toFixed(4)),
      (means[0]! - best).toFixed(4),
      meanOf(errors).toFixed(3),
      meanOf(hopes).toFixed(3),
      meanOf(covered).toFixed(2),
      meanOf(agreements).toFixed(2),
      (seconds / runs).toFixed(1),
    ]);
    process.stderr.write(`${rowsOut.at(-1)!.join('  ')}\n`);
  }
}

process.stdout.write(
  `${table(
    ['log', 'form', ...routers, 'learned − best', 'calibration error', 'optimism', 'coverage', 'nearest', 'fit, s'],
    rowsOut,
  )}\n\n${backend.description}; folds ${values.folds}, ${values.draws} draws, seed ${values.seed}\n`,
);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(cells, null, 2)}\n`);
