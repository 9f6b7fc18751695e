/**
 * Does exploration pay for itself? Queries of the half of a log that a version was not trained on are asked without
 * labels; the LLM that is chosen answers, and its score comes back: a decider and a ledger in this process. Nothing is
 * trained meanwhile. Nothing changes; a better LLM is declared halfway; one falls on a kind of query, and recovers. Of
 * each way to explore the quality that it gave up against who knows of every change at once, and how soon it finds the
 * change. Policies are looked at on 900 queries, by the chances with which they choose.
 *
 *     node dist/scripts/bench/exploration.js --log FILE --data DIR [--newcomer llama-3.1-nemotron-51b-instruct]
 *         [--lift 0.1] [--drop 0.2] [--length 3000] [--seeds 3] [--seed 1] [--only steady,better,recovery]
 *         [--ways '{"name": RULE, …}'] [--verbose]
 *
 * `--data` keeps the two trained versions, with and without the newcomer, for the next run.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import type { Exploration } from '../../src/schema/exploration.js';
import { LlmProfile } from '../../src/schema/profile.js';
import { likeliestFirst } from '../../src/scoring/groups.js';
import { better, recovery, steady, type Known, type Outcome, type ScenarioParts } from './exploration/scenarios.js';
import { openStream } from './exploration/stream.js';
import { trainedOnHalf } from './trained-on-half.js';

const { values } = parseArgs({
  options: {
    log: { type: 'string' },
    data: { type: 'string' },
    newcomer: { type: 'string', default: 'llama-3.1-nemotron-51b-instruct' },
    lift: { type: 'string', default: '0.1' },
    drop: { type: 'string', default: '0.2' },
    length: { type: 'string', default: '3000' },
    seeds: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: 'steady,better,recovery' },
    ways: {
      type: 'string',
      default: '{"greedy": 0, "epsilon .05": 0.05, "thompson": {"method": "thompson"}}',
    },
    verbose: { type: 'boolean', default: false },
  },
});
if (values.log === undefined || values.data === undefined) throw new Error('expected --log FILE and --data DIR');
const [LIFT, DROP, LENGTH] = [Number(values.lift), Number(values.drop), Number(values.length)];
const SEEDS = Array.from({ length: Number(values.seeds) }, (_, i) => Number(values.seed) + i);
const WAYS = Object.entries(JSON.parse(values.ways) as Record<string, Exploration>);
/** An LLM that has such a share of a kind, and such a mean there, so that it can drop. */
const ENOUGH = { share: 0.25, mean: DROP + 0.05, queries: 60 };

const folders = { all: join(values.data, 'all'), without: join(values.data, 'new') };
const { scorer, heldOut } = await trainedOnHalf(values.log, folders.all, { labels: false });
await trainedOnHalf(values.log, folders.without, { labels: false, without: values.newcomer });
const queries = heldOut.map(({ query, scores }): Known => {
  const vector = scorer.encode(query) as Float32Array;
  const expected = new Map(scorer.score(query, vector).map(({ model, quality }) => [model, quality]));
  return { query, kind: likeliestFirst(scorer.kindsOf(vector))[0]!.kind, scores, expected };
});

/** LLMs on kinds that they can fall on, those that have most queries there first. */
const cases = [...new Set(queries.map(({ kind }) => kind))]
  .flatMap((kind) => {
    const own = queries.filter((q) => q.kind === kind);
    return scorer.models.map((model) => ({
      kind,
      model,
      queries: own.length,
      chosen: own.filter((q) => [...q.expected].every(([, e]) => e <= q.expected.get(model)!)).length,
      mean: own.reduce((sum, q) => sum + q.scores[model]! / own.length, 0),
    }));
  })
  .filter((c) => c.queries >= ENOUGH.queries && c.chosen >= ENOUGH.share * c.queries && c.mean >= ENOUGH.mean)
  .toSorted((a, b) => b.chosen - a.chosen);

const profile = LlmProfile.parse({ id: values.newcomer });
const SCENARIOS: Record<string, (parts: ScenarioParts, seed: number) => Promise<Outcome>> = {
  steady,
  better: (parts) => better(parts, { profile, lift: LIFT }),
  recovery: (parts, seed) => recovery(parts, { ...cases[(seed - 1) % cases.length]!, drop: DROP }),
};

const mean = (of: readonly number[]): number => of.reduce((sum, one) => sum + one, 0) / of.length;
console.log(
  `${queries.length} queries, ${cases.length} cases to fall; ${JSON.stringify(values)}; fall: ` +
    SEEDS.map((seed) => cases[(seed - 1) % cases.length]!)
      .map((c) => `${c.model} on ${c.kind} (${c.chosen} of ${c.queries})`)
      .join('; '),
);
for (const name of values.only.split(',')) {
  const rows: (string | number)[][] = [];
  let figures: string[] = [];
  for (const [way, exploration] of WAYS) {
    const outcomes: Outcome[] = [];
    for (const seed of SEEDS) {
      const rng = createRng(20_261_130 + seed);
      const began = performance.now();
      const stream = await openStream(
        name === 'better' ? folders.without : folders.all,
        exploration,
        rng.fork('decider'),
      );
      const outcome = await SCENARIOS[name]!({ queries, stream, rng: rng.fork('stream'), length: LENGTH }, seed);
      await stream.close();
      outcomes.push(outcome);
      const seconds = ((performance.now() - began) / 1_000).toFixed(0);
      if (values.verbose) console.log(name, way, seed, `${seconds} s`, JSON.stringify(outcome));
    }
    figures = Object.keys(outcomes[0]!.figures);
    rows.push([
      way,
      mean(outcomes.map(({ regret }) => regret)).toFixed(1),
      outcomes.map(({ regret }) => regret.toFixed(0)).join(' '),
      ...figures.flatMap((figure) => [
        mean(outcomes.map((o) => o.figures[figure]!)).toFixed(4),
        outcomes.map((o) => o.figures[figure]!.toFixed(2)).join(' '),
      ]),
    ]);
  }
  console.log(`\n${name}`);
  console.log(
    table(
      ['exploration', 'regret', 'by seed', ...figures.flatMap((figure) => [figure, 'by seed'])],
      rows.map((row) => row.map(String)),
    ),
  );
}
