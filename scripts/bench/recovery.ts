/**
 * Where the traffic goes when an LLM gets worse on one task, or one kind of query, and recovers, in a closed loop: only
 * the LLM that is chosen answers, and nothing is trained meanwhile. Trains on one half of a log (by the hash of the
 * query text), with or without its task labels, and streams the other, drawn with replacement, from the text alone.
 *
 *     node dist/scripts/bench/recovery.js --log FILE [--data DIR] [--labels] [--by task|kind] [--drop 0.2]
 *         [--exploration 0.05] [--seed 20260500] [--one-group]
 *
 * `--data` keeps the trained version for the next run. `--one-group` removes kinds and tasks from the corrections: what
 * is observed of an LLM is of all queries.
 */
import { parseArgs } from 'node:util';
import { createRng, type Rng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import { createCorrections, type GroupShare } from '../../src/machines/correction.js';
import { DEFAULT_DRIFT } from '../../src/schema/drift.js';
import { groupsOf, likeliestFirst } from '../../src/scoring/groups.js';
import { trainedOnHalf } from './trained-on-half.js';

const { values } = parseArgs({
  options: {
    log: { type: 'string' },
    data: { type: 'string' },
    labels: { type: 'boolean', default: false },
    by: { type: 'string', default: 'task' },
    drop: { type: 'string', default: '0.2' },
    exploration: { type: 'string', default: '0.05' },
    'half-life': { type: 'string' },
    seed: { type: 'string', default: '20260500' },
    'one-group': { type: 'boolean', default: false },
  },
});
if (values.log === undefined) throw new Error('--log: expected a file of score rows');
if (!['task', 'kind'].includes(values.by)) throw new Error(`--by: expected task or kind; got ${values.by}`);
const [DROP, EXPLORATION] = [Number(values.drop), Number(values.exploration)];
const HALF_LIFE = Number(values['half-life'] ?? DEFAULT_DRIFT.correction.half_life);
const SEED = Number(values.seed);
const ALL: readonly GroupShare[] = [{ group: 'all', probability: 1 }];
/** Queries before the drop; answers of the LLM to the task until it is looked at, and then queries of the task. */
const HISTORY = 6_000;
const ANSWERS = 400;
const LOOKED_AT = 400;
/** Orders in which queries are answered where nothing changes. */
const ORDERS = 10;
/** Queries of the task after the recovery until it is looked at; most queries of a phase. */
const RECOVERED = 1_500;
const MOST = 60_000;
/** An LLM that has such a share of a task, and such a mean there, so that it can drop. */
const ENOUGH = { share: 0.25, mean: DROP + 0.05, queries: 60 };

interface Query {
  /** Or its likeliest kind, with `--by kind`. */
  task: string;
  scores: Record<string, number>;
  expected: { model: string; quality: number }[];
  groups: readonly GroupShare[];
}

const { scorer, heldOut } = await trainedOnHalf(values.log, values.data, { labels: values.labels });
const queries = heldOut.map(({ query, task, scores }): Query => {
  const vector = scorer.encode(query) as Float32Array;
  const expected = scorer.score(query, vector).map(({ model, quality }) => ({ model, quality }));
  const [kind] = likeliestFirst(scorer.kindsOf(vector));
  return {
    task: values.by === 'kind' ? kind!.kind : task!,
    scores,
    expected,
    groups: values['one-group'] ? ALL : groupsOf(scorer, vector).shares,
  };
});
const best = (of: readonly { model: string; quality: number }[]): string =>
  of.reduce((a, b) => (b.quality > a.quality ? b : a)).model;
const tasks = [...new Set(queries.map(({ task }) => task))];
const cases = tasks.flatMap((task) => {
  const own = queries.filter((q) => q.task === task);
  return scorer.models
    .map((model) => ({
      task,
      model,
      share: own.filter((q) => best(q.expected) === model).length / own.length,
      mean: own.reduce((sum, q) => sum + q.scores[model]!, 0) / own.length,
      queries: own.length,
    }))
    .filter((c) => c.share >= ENOUGH.share && c.mean >= ENOUGH.mean && c.queries >= ENOUGH.queries);
});

/** Routes a query by what is expected and corrected. */
function routed(rng: Rng, q: Query, correctionOf: (model: string, q: Query) => number) {
  const choice = best(q.expected.map(({ model, quality }) => ({ model, quality: quality + correctionOf(model, q) })));
  const asked = rng.next() < EXPLORATION ? scorer.models[rng.int(scorer.models.length)]! : choice;
  return { choice, asked, expected: q.expected.find(({ model }) => model === asked)!.quality };
}

/** Shares of the LLM in the task's queries and in the others, and the mean score of what is chosen on the task. */
interface Stretch {
  task: number;
  score: number;
  others: number;
}

function simulate({ task, model, mean }: (typeof cases)[number]) {
  const rng = createRng(SEED).fork(`${task} ${model}`);
  const corrections = createCorrections(HALF_LIFE);
  const correctionOf = (of: string, q: Query): number => corrections.of(of, q.groups);
  let [answers, ofTask] = [0, 0];

  /** What a stretch of queries is like. */
  function run(dropped: boolean, done: (queries: number) => boolean): Stretch {
    const seen = { own: 0, score: 0, others: 0, ownOthers: 0 };
    [answers, ofTask] = [0, 0];
    for (let n = 0; !done(n) && n < MOST; n++) {
      const q = queries[rng.int(queries.length)]!;
      const { choice, asked, expected } = routed(rng, q, correctionOf);
      const fails = dropped && asked === model && q.task === task && rng.next() < DROP / mean;
      corrections.observe(asked, q.groups, (fails ? 0 : q.scores[asked]!) - expected);
      if (q.task === task) {
        ofTask++;
        seen.score += q.scores[choice]! - (dropped && choice === model ? DROP : 0);
        if (choice === model) seen.own++;
        if (asked === model) answers++;
      } else {
        seen.others++;
        if (choice === model) seen.ownOthers++;
      }
    }
    return { task: seen.own / ofTask, score: seen.score / ofTask, others: seen.ownOthers / seen.others };
  }

  run(false, (n) => n >= HISTORY / 2);
  const before = run(false, (n) => n >= HISTORY / 2);
  const own = queries.filter((q) => q.task === task);
  const lowered = (q: Query) =>
    q.expected.map((one) => ({
      model: one.model,
      quality: one.quality + correctionOf(one.model, q) - (one.model === model ? DROP : 0),
    }));
  const known = own.filter((q) => best(lowered(q)) === model).length / own.length;
  run(true, () => answers >= ANSWERS || ofTask >= 4 * ANSWERS);
  const asked = answers;
  const sick = run(true, () => ofTask >= LOOKED_AT);
  run(false, () => ofTask >= RECOVERED - LOOKED_AT);
  const after = run(false, () => ofTask >= LOOKED_AT);
  return { before, known, asked, sick, after };
}

/**
 * Mean score where nothing changes, with corrections and without: what following noise costs, and what answers tell
 * that the version did not know. One half of the queries is answered, each once; the other is routed by what that told.
 */
function steady(corrected: boolean): number {
  const rng = createRng(SEED).fork('steady');
  let sum = 0;
  for (let order = 0; order < ORDERS; order++) {
    const shuffled = Array.from(rng.shuffle(Int32Array.from(queries.keys())), (i) => queries[i]!);
    const middle = shuffled.length >> 1;
    const halves = [shuffled.slice(0, middle), shuffled.slice(middle)] as const;
    for (const [answered, judged] of [halves, halves.toReversed()] as const) {
      const corrections = createCorrections(HALF_LIFE);
      const correctionOf = (of: string, q: Query): number => (corrected ? corrections.of(of, q.groups) : 0);
      for (const q of answered!) {
        const { asked, expected } = routed(rng, q, correctionOf);
        corrections.observe(asked, q.groups, q.scores[asked]! - expected);
      }
      sum += judged!.reduce((total, q) => total + q.scores[routed(rng, q, correctionOf).choice]!, 0) / judged!.length;
    }
  }
  return sum / (2 * ORDERS);
}

const percent = (x: number): string => `${(100 * x).toFixed(0)}%`;
console.log(
  `${queries.length} held-out queries, version ${scorer.version} (${scorer.router}), ` +
    `${values.labels ? 'with' : 'without'} task labels; a drop of ${DROP}, ` +
    `exploration ${EXPLORATION}, half-life ${HALF_LIFE}, seed ${SEED}`,
);
console.log(
  `Nothing changes, ${queries.length >> 1} answers: mean score on other queries ${steady(true).toFixed(4)} with ` +
    `corrections, ` +
    `${steady(false).toFixed(4)} without`,
);
const results = cases.map((c) => ({ ...c, ...simulate(c) }));
const mean = (of: (r: (typeof results)[number]) => number): number =>
  results.reduce((sum, r) => sum + of(r), 0) / results.length;
console.log(
  table(
    [
      values.by,
      'LLM',
      'share before',
      'were the drop known',
      `after ${ANSWERS} answers`,
      'recovered',
      'elsewhere before',
      'sick',
      'recovered',
      'score, sick',
    ],
    [
      ...results.map((r) => [
        r.task,
        r.model,
        percent(r.before.task),
        percent(r.known),
        `${percent(r.sick.task)}${r.asked < ANSWERS ? ` (${r.asked})` : ''}`,
        percent(r.after.task),
        percent(r.before.others),
        percent(r.sick.others),
        percent(r.after.others),
        r.sick.score.toFixed(4),
      ]),
      [
        'mean',
        '',
        percent(mean((r) => r.before.task)),
        percent(mean((r) => r.known)),
        percent(mean((r) => r.sick.task)),
        percent(mean((r) => r.after.task)),
        percent(mean((r) => r.before.others)),
        percent(mean((r) => r.sick.others)),
        percent(mean((r) => r.after.others)),
        mean((r) => r.sick.score).toFixed(4),
      ],
    ],
  ),
);
