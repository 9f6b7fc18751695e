/**
 * Does putting a training in force ever make a team worse off? Replays of logs that a team would have: one answer a
 * query, most of them by an incumbent. Each is trained and judged as `pointsman train` does on a first run, and what
 * the gate puts in force routes queries that are held out, which are complete, from their text alone; beside it the
 * log's incumbent and the LLM that looks best in the log. A replay's log has `--train` queries, drawn by its seed, or
 * half of what there is; up to 4,000 others are held out.
 *
 *     node dist/scripts/bench/harm.js DATA/llmrouter DATA/optllm … [--forms incumbent,mediocre,incumbent/10]
 *         [--train 1200] [--seeds 3] [--json FILE]
 *
 * Logs are named as `forms.ts` has them.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openArtifactFolder } from '../../src/artifact/files/folder.js';
import { systemClock } from '../../src/base/clock.js';
import { createRng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import { openStaticEncoder } from '../../src/encoder/static.js';
import { keepScores } from '../../src/evaluation/without-llm.js';
import { listQueries, type GraphRows } from '../../src/graph/rows.js';
import { checkpointsIn } from '../../src/learned/train/checkpoint.js';
import { signed } from '../../src/measure/signed.js';
import { DEFAULT_SEED } from '../../src/schema/training.js';
import { readArtifact } from '../../src/serving/read.js';
import { openScorer } from '../../src/serving/routers.js';
import { openBackend } from '../../src/tensor/backend.js';
import { runTraining, snapshotOf } from '../../src/training/run.js';
import { readLog } from './read-log.js';
import { FORMS, inForm } from './thinned.js';

const MOST_HELD_OUT = 4_000;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    forms: { type: 'string', default: 'incumbent,mediocre,incumbent/10' },
    train: { type: 'string', default: '1200' },
    seeds: { type: 'string', default: '3' },
    json: { type: 'string' },
  },
});
if (positionals.length === 0) throw new Error('expected folders of logs');
const encoder = openStaticEncoder();
const backend = await openBackend('auto');

/** The rows of some queries, in their order. */
function rowsOf(rows: GraphRows, queries: Int32Array): GraphRows {
  const places = new Map(Array.from(queries, (q, place) => [q, place]));
  const { query } = rows.scores;
  const kept = keepScores(
    rows.scores,
    Int32Array.from(query.keys()).filter((e) => places.has(query[e]!)),
  );
  const listed = [...rows.queries];
  return {
    ...rows,
    queries: listQueries(Array.from(queries, (q) => listed[q]!)),
    scores: { ...kept, query: kept.query.map((q) => places.get(q)!) },
  };
}

/** Sum and number of scores of each LLM. */
function sums({ llms, scores: { llm, score } }: GraphRows): { sum: Float64Array; count: Float64Array } {
  const [sum, count] = [new Float64Array(llms.length), new Float64Array(llms.length)];
  llm.forEach((l, e) => {
    sum[l]! += score[e]!;
    count[l]!++;
  });
  return { sum, count };
}

const best = (of: ArrayLike<number>): number => {
  let top = 0;
  for (let l = 1; l < of.length; l++) if (of[l]! > of[top]!) top = l;
  return top;
};

interface Replay {
  log: string;
  form: string;
  router: string;
  served: number;
  incumbent: number;
  single: number;
  /** Standard errors of what is served less the other two. */
  errors: [incumbent: number, single: number];
  reason: string;
}

async function replay(log: string, rows: GraphRows, formName: string, seed: number): Promise<Replay> {
  const rng = createRng(seed).fork(`${log} ${formName}`);
  const places = rng.fork('queries').shuffle(Int32Array.from({ length: rows.queries.length }, (_, q) => q));
  const size = Math.min(Number(values.train), places.length >> 1);
  const train = places.slice(0, size).toSorted();
  const test = rowsOf(rows, places.slice(size, size + MOST_HELD_OUT).toSorted());
  const thinned = rowsOf(inForm(rows, train, FORMS[formName]!, rng.fork('form')), train);

  const logged = sums(thinned);
  const incumbent = best(logged.count);
  const single = best(logged.sum.map((sum, l) => (logged.count[l]! > 0 ? sum / logged.count[l]! : -1)));

  const folder = mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
  try {
    const artifacts = openArtifactFolder(folder);
    const vectors = Array.from(thinned.queries, (q) => encoder.encodeSync!(q.text));
    const design = 'structured-trainable';
    const textsOf = async (hashes: readonly string[]): Promise<string[]> => {
      const texts = new Map(Array.from(thinned.queries, (q) => [q.hash, q.text]));
      return hashes.map((hash) => texts.get(hash)!);
    };
    const { manifest, reason } = await runTraining(
      { rows: thinned, graph: snapshotOf(thinned, design), vectors, design, seed, encoder, textsOf },
      { artifacts, checkpoints: checkpointsIn(folder), ledgerRows: 0, inForce: null, previous: null, last: null },
      { backend, clock: systemClock, report: () => undefined },
    );
    const { model } = await readArtifact(artifacts, manifest.serve ?? manifest.version);
    const scorer = await openScorer({ version: 'served', model, encoder, llms: rows.llms, stats: [] });
    const [served, byIncumbent, bySingle] = [[], [], []] as [number[], number[], number[]];
    const held = test.scores;
    const scores = new Map<number, Map<number, number>>();
    held.query.forEach((q, e) =>
      scores.set(q, (scores.get(q) ?? new Map<number, number>()).set(held.llm[e]!, held.score[e]!)),
    );
    for (const [q, of] of scores) {
      const text = test.queries.textOf(q);
      const expected = scorer.score(text, encoder.encodeSync!(text)).map(({ quality }) => quality);
      const known = expected.map((quality, l) => (of.has(l) && logged.count[l]! > 0 ? quality : -1));
      // Only where all three can be compared: a ragged log has not every LLM on every query.
      if (!of.has(incumbent) || !of.has(single)) continue;
      served.push(of.get(best(known))!);
      byIncumbent.push(of.get(incumbent)!);
      bySingle.push(of.get(single)!);
    }
    const mean = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0) / of.length;
    const error = (other: readonly number[]): number => {
      const differences = served.map((score, i) => score - other[i]!);
      const about = mean(differences);
      return Math.sqrt(mean(differences.map((d) => (d - about) ** 2)) / differences.length);
    };
    return {
      log,
      form: formName,
      router: model.names.router,
      served: mean(served),
      incumbent: mean(byIncumbent),
      single: mean(bySingle),
      errors: [error(byIncumbent), error(bySingle)],
      reason,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const replays: Replay[] = [];
for (const log of positionals) {
  const { name, rows } = await readLog(log);
  for (const form of values.forms.split(','))
    for (let seed = 0; seed < Number(values.seeds); seed++) {
      const done = await replay(name, rows, form, DEFAULT_SEED + seed);
      replays.push(done);
      process.stderr.write(`${JSON.stringify(done)}\n`);
    }
}

console.log(
  table(
    [
      'log',
      'form',
      'serves',
      'served',
      'incumbent',
      'looks best',
      'to incumbent',
      '±',
      'to looks best',
      '±',
      'verdict',
    ],
    replays.map((r) => [
      r.log,
      r.form,
      r.router,
      r.served.toFixed(4),
      r.incumbent.toFixed(4),
      r.single.toFixed(4),
      signed(r.served - r.incumbent, 4),
      r.errors[0].toFixed(4),
      signed(r.served - r.single, 4),
      r.errors[1].toFixed(4),
      r.reason.split(':')[0]!,
    ]),
  ),
);
const differences = (of: (r: Replay) => number): number[] => replays.map((r) => r.served - of(r));
for (const [title, all] of [
  ['incumbent', differences((r) => r.incumbent)],
  ['LLM that looks best', differences((r) => r.single)],
] as const)
  console.log(
    `to the ${title}: mean ${signed(all.reduce((a, b) => a + b, 0) / all.length, 4)}, least ` +
      `${signed(Math.min(...all), 4)}, ` +
      `under by more than 0.01 in ${all.filter((d) => d < -0.01).length} of ${all.length}`,
  );
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(replays, null, 2)}\n`);
