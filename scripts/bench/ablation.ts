/**
 * What each part of the learned profile adds: routing quality on five folds of a log, from the text alone, with one
 * part after another taken out of the trained model, and, unless told `--parts-only`, left out of training: two to
 * three minutes a row.
 *
 *     node dist/scripts/bench/ablation.js FILE… [--folds 5] [--seed 20260500] [--backend auto] [--parts-only]
 */
import { parseArgs } from 'node:util';
import { createRng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import { openStaticEncoder } from '../../src/encoder/static.js';
import { calibrationOf } from '../../src/measure/calibration.js';
import { datasetOf, splitFold, type EvaluationInput } from '../../src/evaluation/folds.js';
import { meanOf, outcomesOf, utilities } from '../../src/measure/outcomes.js';
import { predict } from '../../src/measure/predictions.js';
import type { Weights } from '../../src/math/weights.js';
import type { FittedRouter } from '../../src/router/types.js';
import { openBackend, type Backend } from '../../src/tensor/backend.js';
import { GNN_DEFAULTS } from '../../src/learned/train/options.js';
import { fitLearned, refreeze } from '../../src/learned/fit.js';
import { DEFAULT_SEED } from '../../src/schema/training.js';
import { readRows } from './read-rows.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    folds: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(DEFAULT_SEED) },
    backend: { type: 'string', default: 'auto' },
    'parts-only': { type: 'boolean', default: false },
  },
});
if (positionals.length === 0) throw new Error('expected the files of a log');

/** Weights with some tables of one number throughout. */
const withTables = (weights: Weights, value: number, has: (name: string) => boolean): Weights =>
  Object.fromEntries(
    Object.entries(weights).map(([name, weight]) => [
      name,
      has(name) ? { ...weight, data: new Float32Array(weight.data.length).fill(value) } : weight,
    ]),
  );

/** Tables of trained weights that are set to a number before the model is frozen: each row takes one thing out. */
const PARTS: Record<string, [value: number, has: (name: string) => boolean]> = {
  'without anchors': [0, (name) => name.startsWith('gain/')],
  'of anchors, only what is so of all LLMs': [0, (name) => name === 'gain/own'],
  'of anchors, only what is so of one': [0, (name) => name === 'gain/shared'],
  'anchors unweighed': [1, (name) => name.startsWith('gain/')],
  'no message passing': [0, (name) => /^hop\d+\/.*\/kernel$/.test(name)],
  'no prior from facts, families and benchmarks': [0, (name) => /^(?:prior|task_prior)\//.test(name)],
};

/** What may be trained otherwise. */
const OTHERWISE: Record<string, Partial<EvaluationInput>> = {
  'flat: no message passing, and no tasks': { design: 'flat' },
  '1 hop': { design: 'structured-trainable-1hop' },
  '3 hops': { design: 'structured-trainable-3hop' },
  '4 hops': { design: 'structured-trainable-4hop' },
  'no LLM is ever forgotten': { options: { ...GNN_DEFAULTS, forget: 0 } },
  'no task loss': { options: { ...GNN_DEFAULTS, taskWeight: 0 } },
};

interface Row {
  folds: number[];
  errors: number[];
  briers: number[];
}

/** Trains on every fold, and measures the trained router, and again with each of `parts` silenced. */
async function measure(input: EvaluationInput, parts: typeof PARTS, { tf }: Backend): Promise<Map<string, Row>> {
  const { rows, encoder, options } = input;
  const data = await datasetOf(input);
  const found = new Map<string, Row>();
  for (let fold = 0; fold < input.folds; fold++) {
    const { train, test } = splitFold(data, rows, input.folds, fold);
    const held = { data, queries: test };
    const rng = createRng(input.seed).fork(`fold ${fold}`);
    const add = async (name: string, router: FittedRouter): Promise<void> => {
      const scores = await predict(held, router);
      const { error, brier } = calibrationOf(held, scores);
      const row = found.get(name) ?? { folds: [], errors: [], briers: [] };
      found.set(name, {
        folds: [...row.folds, meanOf(utilities(outcomesOf(held, scores)))],
        errors: [...row.errors, error],
        briers: [...row.briers, brier],
      });
    };
    const learned = await fitLearned({ rows, data, encoder, options }, train, { tf, rng });
    await add('', learned);
    for (const [name, [value, has]] of Object.entries(parts))
      await add(
        name,
        await refreeze({
          weights: withTables(learned.weights, value, has),
          from: { rows, data, encoder },
          evidence: train,
          tools: { tf, rng },
        }),
      );
  }
  return found;
}

const encoder = openStaticEncoder();
const rows = await readRows(positionals);
const input: EvaluationInput = {
  rows,
  vectors: Array.from(rows.queries, (q) => encoder.encodeSync!(q.text)),
  encoder,
  design: 'structured-trainable',
  seed: Number(values.seed),
  folds: Number(values.folds),
};
const backend = await openBackend(values.backend as Parameters<typeof openBackend>[0]);
const results: [name: string, row: Row][] = [];
for (const [name, row] of await measure(input, PARTS, backend)) results.push([name || 'learned profile, 2 hops', row]);
for (const [name, other] of values['parts-only'] ? [] : Object.entries(OTHERWISE))
  for (const [, row] of await measure({ ...input, ...other }, {}, backend)) results.push([name, row]);

const full = meanOf(results[0]![1].folds);
console.log(
  `${rows.queries.length} queries, ${rows.llms.length} declared LLMs; ${input.folds} folds, seed ` +
    `${input.seed}, ${backend.description}`,
);
console.log(
  table(
    [
      '',
      'mean',
      'difference',
      'calibration error',
      'Brier score',
      ...results[0]![1].folds.map((_, fold) => `fold ${fold}`),
    ],
    results.map(([name, { folds, errors, briers }]) => [
      name,
      meanOf(folds).toFixed(4),
      (meanOf(folds) - full).toFixed(4),
      meanOf(errors).toFixed(4),
      meanOf(briers).toFixed(4),
      ...folds.map((x) => x.toFixed(4)),
    ]),
  ),
);
