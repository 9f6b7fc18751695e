/**
 * The learned router beside every router that reads text alone, in the forms that logs really have (one answer a query,
 * an incumbent, no task labels …): mean score of the chosen LLM on held-out folds, which are complete and routed from
 * their text. A log is a folder with `models.json` and lines of score rows, gzipped:
 *
 *     node dist/scripts/bench/forms.js DATA/llmrouter DATA/optllm:4000 DATA/livecodebench/complete:all:10 …
 *         [--forms complete+task,complete,…] [--folds 0,1,4] [--draws 1] [--seed 20260500] [--backend auto]
 *         [--routers ridge,best-single,…] [--json FILE]
 *
 * A log may be followed by how many of its queries are used (`all`), and by a number of LLMs of like strength that are
 * picked: those around the 60th percentile.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createRng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import { openStaticEncoder } from '../../src/encoder/static.js';
import { datasetOf, splitFold, type EvaluationInput } from '../../src/evaluation/folds.js';
import { answeredOf } from '../../src/evaluation/without-llm.js';
import { fitLearned } from '../../src/learned/fit.js';
import { calibrationOf } from '../../src/measure/calibration.js';
import { firstChoice, loggedLlms, meanOf, outcomesOf, utilities } from '../../src/measure/outcomes.js';
import { LEARNED, predict, type HeldOut } from '../../src/measure/predictions.js';
import { BASELINES } from '../../src/router/baselines.js';
import type { ScoredLlm, Scorer } from '../../src/scoring/types.js';
import { openBackend } from '../../src/tensor/backend.js';
import { DEFAULT_SEED } from '../../src/schema/training.js';
import { readLog } from './read-log.js';
import { FORMS, inForm } from './thinned.js';

/** Folds of the published logs' protocol. */
const FOLDS = 5;
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
    routers: { type: 'string' },
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
const wanted = values.routers?.split(',');
const baselines = BASELINES.filter(({ name, told }) => (wanted === undefined ? !told : wanted.includes(name)));
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
