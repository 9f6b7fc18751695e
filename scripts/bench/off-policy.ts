/**
 * How near to the truth is the estimated value of a policy that never ran? A log of complete scores, of which routers
 * learn one fold; of the others, decisions are drawn that one policy makes, exploring, and of each only the score of
 * the LLM that it chose is told. The value of twelve policies on all of those queries is known, as every score is.
 *
 *     node dist/scripts/bench/off-policy.js DATA/llmrouter [--decisions 5000] [--replays 100] [--seed 1]
 *         [--exploration 0.5] [--method epsilon|thompson] [--fold 0] [--json FILE]
 *
 * Settings of the predictions were chosen on DATA/optllm:6000, with `--seed 7 --exploration 1`.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createRng, type Rng } from '../../src/base/rng.js';
import { estimateTokens, DEFAULT_COMPLETION_TOKENS } from '../../src/base/tokens.js';
import { table } from '../../src/cli/output.js';
import { openStaticEncoder } from '../../src/encoder/static.js';
import { datasetOf, splitFold } from '../../src/evaluation/folds.js';
import { principalComponents } from '../../src/measure/off-policy/components.js';
import { crossFitted } from '../../src/measure/off-policy/cross-fitted.js';
import { estimatesOf, type Estimates } from '../../src/measure/off-policy/estimators.js';
import { effectiveSize, weightsOf, type DecisionLog } from '../../src/measure/off-policy/log.js';
import { constraintsOf } from '../../src/policy/constraints.js';
import { chancesOf } from '../../src/policy/explore.js';
import { POLICIES } from '../../src/policy/named.js';
import { rank } from '../../src/policy/rank.js';
import { BASELINES } from '../../src/router/baselines.js';
import { Rules } from '../../src/schema/policy.js';
import { answerCost } from '../../src/scoring/cost.js';
import type { ScoredLlm } from '../../src/scoring/types.js';
import { openBackend } from '../../src/tensor/backend.js';
import { readLog } from './read-log.js';

const FOLDS = 5;
/** Standard deviation that a router's expectations are given. */
const UNCERTAINTY = 0.1;
const ESTIMATORS = ['ips', 'snips', 'dr'] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    decisions: { type: 'string', default: '5000' },
    replays: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    exploration: { type: 'string', default: '0.5' },
    method: { type: 'string', default: 'epsilon' },
    fold: { type: 'string', default: '0' },
    router: { type: 'string', default: 'soft-task' },
    json: { type: 'string' },
  },
});
const [source] = positionals;
if (source === undefined) throw new Error('expected the folder of a log');
const [size, replays] = [Number(values.decisions), Number(values.replays)];
const rng = createRng(Number(values.seed));

const encoder = openStaticEncoder();
const { rows } = await readLog(source);
const texts = Array.from(rows.queries, ({ text }) => text);
const vectors = texts.map((text) => encoder.encodeSync!(text));
const data = await datasetOf({ rows, vectors, encoder, design: 'structured-trainable', seed: 1, folds: FOLDS });
const split = splitFold(data, rows, FOLDS, Number(values.fold));
// The router learns the small part, so that the large one is left to be replayed.
const [learned, replayed] = [split.test, split.train];
const router = await BASELINES.find(({ name }) => name === values.router)!.fit(data, learned, {
  tf: (await openBackend('auto')).tf,
  rng: createRng(1),
});

const numLlms = data.numLlms;
/** What every LLM scored `[queries · numLlms]`. */
const scores = new Float64Array(texts.length * numLlms).fill(NaN);
rows.scores.query.forEach((q, e) => (scores[q * numLlms + rows.scores.llm[e]!] = rows.scores.score[e]!));
const scored = texts.map((text, q): ScoredLlm[] => {
  const expected = router.score({ vector: vectors[q]!, task: -1 });
  const usage = { completionTokens: DEFAULT_COMPLETION_TOKENS, meanCostUsd: null };
  return rows.llms.map((llm, l) => ({
    model: llm.id,
    quality: expected[l]!,
    uncertainty: UNCERTAINTY,
    costUsd: answerCost(llm, usage, estimateTokens(text)),
    latencyMs: null,
    latencyP90Ms: null,
  }));
});
const places = new Map<string, number>(rows.llms.map(({ id }, l) => [id, l]));
/** Those that the log has scores of: the others can't be replayed. */
const candidates = [...new Set(rows.scores.llm)].toSorted((a, b) => a - b);
/** LLMs by their mean score over what the router learned, best first. */
const meanOf = (l: number): number =>
  learned.reduce((sum, q) => sum + (scores[q * numLlms + l]! || 0), 0) / learned.length;
const byMean = candidates.toSorted((a, b) => meanOf(b) - meanOf(a)).map((l) => rows.llms[l]!.id);

/** With which chance rules choose each LLM `[queries · numLlms]`. */
function chancesBy(rules: Rules): Float64Array {
  const constraints = constraintsOf(rules);
  const out = new Float64Array(texts.length * numLlms);
  for (const q of replayed) {
    const { ranking } = rank({
      scored: candidates.map((l) => scored[q]![l]!),
      profiles: candidates.map((l) => rows.llms[l]!),
      rules,
      constraints,
      promptTokens: 1,
    });
    const chances = chancesOf(ranking, rules, { isLearned: true });
    ranking.forEach(({ model }, i) => {
      out[q * numLlms + places.get(model)!] = chances === null ? Number(i === 0) : chances[i]!;
    });
  }
  return out;
}

const POLICIES_TRIED: Record<string, unknown> = {
  quality: POLICIES.quality,
  balanced: POLICIES.balanced,
  cost: POLICIES.cost,
  'relative cost .02': { relative_cost_weight: 0.02 },
  'relative cost .2': { relative_cost_weight: 0.2 },
  'cheapest within .05': { cheapest_within: 0.05 },
  'cheapest within .15': { cheapest_within: 0.15 },
  'at least .5, cheap': { min_quality: 0.5, relative_cost_weight: 0.3, on_no_candidate: 'nearest' },
  'without the best LLM': { exclude: [byMean[0]] },
  'second to fourth LLM': { models: byMean.slice(1, 4) },
  'third LLM alone': { models: [byMean[2]] },
  'quality, exploring .2': { exploration: 0.2 },
};
const policies = Object.entries(POLICIES_TRIED).map(([name, rules]) => {
  const chances = chancesBy(Rules.parse(rules));
  let sum = 0;
  for (const q of replayed)
    for (let l = 0; l < numLlms; l++) {
      const chance = chances[q * numLlms + l]!;
      if (chance > 0) sum += chance * scores[q * numLlms + l]!;
    }
  return { name, chances, truth: sum / replayed.length };
});
const logging = chancesBy({
  exploration: { method: values.method as 'epsilon' | 'thompson', share: Number(values.exploration), budget: 1 },
});
const components = await principalComponents(
  Array.from(learned, (q) => vectors[q]!),
  createRng(1),
);
const described = vectors.map((vector) => components.of(vector));

/** Rows of a matrix `[queries · width]` at some queries. */
function rowsAt(of: Float64Array, queries: Int32Array, width: number): Float64Array {
  const out = new Float64Array(queries.length * width);
  queries.forEach((q, i) => out.set(of.subarray(q * width, (q + 1) * width), i * width));
  return out;
}

/** Decisions that the logging policy makes, and what came of them. */
function drawLog(queries: Int32Array, chance: Rng): DecisionLog {
  const chosen = queries.map((q) => {
    let left = chance.next();
    for (let l = 0; l < numLlms; l++) if ((left -= logging[q * numLlms + l]!) < 0) return l;
    return numLlms - 1;
  });
  const none = new Float64Array(queries.length).fill(NaN);
  return {
    models: rows.llms.map(({ id }) => id),
    query: queries,
    chosen,
    propensity: Float64Array.from(queries, (q, i) => logging[q * numLlms + chosen[i]!]!),
    outcome: {
      quality: Float64Array.from(queries, (q, i) => scores[q * numLlms + chosen[i]!]!),
      cost: none,
      latency: none,
    },
  };
}

const expected = Float64Array.from(scored.flatMap((llms) => llms.map(({ quality }) => quality)));
/** Queries are drawn with replacement, each draw by itself: only for predictions are those of one query together. */
const draws = Int32Array.from({ length: size }, (_, i) => i);
const found = policies.map(() => ({ estimates: [] as Estimates[], effective: 0 }));
for (let replay = 0; replay < replays; replay++) {
  const chance = rng.fork(`replay ${replay}`);
  const queries = new Int32Array(size).map(() => replayed[chance.int(replayed.length)]!);
  const log = drawLog(queries, chance);
  const predicted = await crossFitted({
    log,
    measure: 'quality',
    expected: rowsAt(expected, queries, numLlms),
    features: Float64Array.from(Array.from(queries, (q) => [...described[q]!]).flat()),
    axes: components.axes,
  });
  policies.forEach(({ chances: all }, p) => {
    const chances = rowsAt(all, queries, numLlms);
    found[p]!.estimates.push(estimatesOf({ log: { ...log, query: draws }, measure: 'quality', chances, predicted })!);
    found[p]!.effective += effectiveSize(weightsOf(log, chances)) / replays;
  });
}

const results = policies.map(({ name, truth }, p) => ({
  policy: name,
  truth,
  effective: Math.round(found[p]!.effective),
  ...Object.fromEntries(
    ESTIMATORS.map((estimator) => {
      const all = found[p]!.estimates.map((estimates) => estimates[estimator]);
      const errors = all.map(({ value }) => 100 * (value - truth));
      return [
        estimator,
        {
          bias: errors.reduce((a, b) => a + b, 0) / replays,
          meanAbsolute: errors.reduce((a, b) => a + Math.abs(b), 0) / replays,
          covered: all.filter(({ low, high }) => low <= truth && truth <= high).length,
          width: all.reduce((sum, { low, high }) => sum + (100 * (high - low)) / 2, 0) / replays,
        },
      ];
    }),
  ),
}));
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(results, null, 2));
type Figures = Record<'bias' | 'meanAbsolute' | 'covered' | 'width', number>;
const shown = (of: Figures): string[] => [
  of.bias.toFixed(2),
  of.meanAbsolute.toFixed(2),
  `±${of.width.toFixed(2)}`,
  String(of.covered),
];
console.log(
  `${source}: ${size} decisions of ${replayed.length} queries, ${candidates.length} LLMs, quality exploring ` +
    `${values.exploration} ${values.method}, ${replays} replays, seed ${values.seed}. In points: bias, mean ` +
    'absolute error, half of the 95% interval, and how many of them hold the truth',
);
console.log(
  table(
    ['policy', 'truth', 'effective', ...ESTIMATORS.flatMap((name) => [`${name} bias`, 'error', '95%', 'holds'])],
    results.map((result) => [
      result.policy,
      (100 * result.truth).toFixed(1),
      result.effective,
      ...ESTIMATORS.flatMap((name) => shown((result as unknown as Record<string, Figures>)[name]!)),
    ]),
  ),
);
