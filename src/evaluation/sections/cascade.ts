import type { Rng } from '../../base/rng.js';
import type { GraphRows } from '../../graph/rows.js';
import { CascadeRequest } from '../../schema/cascade.js';
import type { LlmId } from '../../schema/ids.js';
import type { ReportTable } from '../../schema/evaluation.js';
import { drawJudge, runCascade, runPair, runSingle, type Asked, type Outcome } from '../cascades.js';
import { estimateCosts, unpriced } from '../costs.js';
import type { CrossValidated, Progress } from '../folds.js';
import { costAt, frontier, WEIGHTS, type Point } from '../frontier.js';
import { LEARNED } from '../../measure/predictions.js';
import { measuredSpread } from '../spread.js';
import { empty, figure, leftOut, type Measured } from './parts.js';

export const CASCADE_RUNS = ['none', 'fold', 'all'] as const;
export type CascadeRuns = (typeof CASCADE_RUNS)[number];

const RELIABILITIES = [1, 0.9, 0.8, 0.7];
const WANTED = [undefined, 0.6, 0.7, 0.8, 0.9];
/** How many points of score a call as dear as the dearest mean costs, where quality is traded for cost. */
const TRADED = [0, 0.03, 0.1, 0.2, 0.3, 0.5, 1];
const MILLION = 1e6;

/** Held-out queries that two LLMs or more answered, as the learned profile ranks these. */
function askedOf(held: CrossValidated, rows: GraphRows, rng: Rng): Asked[] {
  const { data, queries, foldOf } = held;
  const { start, llm, score, measured } = data.evidence;
  const { scores } = held.predictions.find((p) => p.name === LEARNED.name)!;
  const costs = estimateCosts(held, rows);
  return Array.from(queries, (q, i) => {
    const edges = Array.from({ length: start[q + 1]! - start[q]! }, (_, e) => start[q]! + e).filter((e) => measured[e]);
    const at = (e: number): number => i * data.numLlms + llm[e]!;
    return {
      fold: foldOf[i]!,
      ranking: edges.map((e) => ({
        model: data.llms[llm[e]!] as LlmId,
        quality: scores[at(e)]!,
        cost_usd: costs[at(e)]!,
      })),
      scores: edges.map((e) => score[e]!),
      ...drawJudge(edges.length, rng),
    };
  }).filter(({ ranking }) => ranking.length >= 2);
}

/** Spread of the shared effect for each fold, as measured on the other ones; on itself where there is no other. */
function spreads(asked: readonly Asked[]): Map<number, number> {
  const folds = [...new Set(asked.map((a) => a.fold))];
  return new Map(
    folds.map((fold) => [
      fold,
      measuredSpread(
        asked
          .filter((a) => folds.length === 1 || a.fold !== fold)
          .map(({ ranking, scores }) => ({ predicted: ranking.map((l) => l.quality), observed: scores })),
      ),
    ]),
  );
}

/** Place of the LLM of the highest worth; the first of equals. */
const highest = (worth: readonly number[]): number => worth.indexOf(Math.max(...worth));
const cheapest = ({ ranking }: Asked): number => highest(ranking.map((l) => -l.cost_usd!));
const bestRanked = ({ ranking }: Asked): number => highest(ranking.map((l) => l.quality));

/**
 * The LLM that a single call takes for a wanted quality: the cheapest that is expected to reach it (of equals the
 * better), else the best.
 */
function singleFor(asked: Asked, wanted: number): number {
  const reach = Array.from(asked.ranking.keys()).filter((l) => asked.ranking[l]!.quality >= wanted);
  const [first] = reach.toSorted(
    (a, b) =>
      asked.ranking[a]!.cost_usd! - asked.ranking[b]!.cost_usd! ||
      asked.ranking[b]!.quality - asked.ranking[a]!.quality,
  );
  return first ?? bestRanked(asked);
}

const pointOf = ({ score, cost }: Outcome): Point => ({ cost, score });
const placeOf = ({ ranking }: Asked, model: string): number => ranking.findIndex((l) => l.model === model);

/** LLMs that answered every query, so that they can be asked whatever the query is. */
const always = (asked: readonly Asked[]): string[] =>
  asked[0]!.ranking.map((l) => l.model as string).filter((model) => asked.every((a) => placeOf(a, model) >= 0));

const eachOf = async <T>(items: readonly T[], run: (item: T) => Promise<Outcome>): Promise<Point[]> => {
  const points: Point[] = [];
  for (const item of items) points.push(pointOf(await run(item)));
  return points;
};

/** Ways to route of one kind: as points of cost and score. */
interface Way {
  title: string;
  reliability: number | null;
  points: Point[];
}

/** Least costs at which each way is as good as the best single LLM, and as the learned profile at any cost. */
function levels(ways: readonly Way[], best: Point, learned: Point): ReportTable {
  return {
    caption: 'Least cost of a quality, in US dollars a million queries, and the best score',
    header: [
      'routing',
      'reliability',
      `at ${best.score.toFixed(4)}, of the best single LLM`,
      `at ${learned.score.toFixed(4)}, of single calls by the learned profile`,
      'best score',
      'its cost',
    ],
    rows: ways.map(({ title, reliability, points }) => {
      const top = frontier(points).at(-1)!;
      return [
        title,
        reliability,
        ...[
          costAt(points, best.score) * MILLION,
          costAt(points, learned.score) * MILLION,
          top.score,
          top.cost * MILLION,
        ].map(figure),
      ];
    }),
    digits: [0, 1, 1, 1, 4, 1],
  };
}

/** Cost and quality of cascades beside single calls, with judges of several reliabilities. */
export async function cascadeSection(
  held: CrossValidated,
  rows: GraphRows,
  which: CascadeRuns,
  rng: Rng,
  onProgress: Progress,
): Promise<Measured> {
  const section = empty('cascade', 'Cascades');
  if (which === 'none') return leftOut(section, '--cascades none was asked for.');
  const all = askedOf(held, rows, rng);
  if (all.length === 0) return leftOut(section, 'it needs measured scores of two LLMs on a query.');
  if (unpriced(held, rows).length > 0)
    return leftOut(section, 'it needs input_price and output_price of every LLM with scores, as costs do.');
  const spread = spreads(all);
  const asked = which === 'all' ? all : all.filter((a) => a.fold === all[0]!.fold);
  const dearest = await runSingle(asked, ({ ranking }) => highest(ranking.map((l) => l.cost_usd!)));
  // Where all is free, nothing is weighed.
  const unit = dearest.cost || 1;
  const models = always(asked);
  const pairs = models.flatMap((first) => models.map((second) => [first, second] as const));

  const fixed = await eachOf(models, (model) => runSingle(asked, (a) => placeOf(a, model)));
  const single = await eachOf(WEIGHTS, (weight) =>
    runSingle(asked, ({ ranking }) => highest(ranking.map((l) => l.quality - (weight * l.cost_usd!) / unit))),
  );
  const ways: Way[] = [{ title: 'single calls, learned profile', reliability: null, points: single }];
  const wanted: ReportTable['rows'] = [];
  for (const [r, reliability] of RELIABILITIES.entries()) {
    onProgress(r / RELIABILITIES.length, `cascades, reliability ${reliability}`);
    const run = (fields: object): Promise<Outcome> =>
      runCascade(asked, CascadeRequest.parse({ reliability, ...fields }), (fold) => spread.get(fold)!);
    const points = await eachOf(TRADED, (weight) => run({ quality: 1, cost_weight: weight / unit / 100 }));
    for (const quality of WANTED) {
      const made = await run(quality === undefined ? {} : { quality });
      const beside = await runSingle(asked, (a) => singleFor(a, quality ?? 1));
      wanted.push([
        reliability,
        quality ?? 'best single call',
        ...[
          made.expected,
          made.score,
          made.expectedCost * MILLION,
          made.cost * MILLION,
          made.calls,
          beside.score,
          beside.cost * MILLION,
          costAt(single, made.score) * MILLION,
        ].map(figure),
      ]);
      points.push(pointOf(made));
    }
    ways.push(
      { title: 'cascade', reliability, points },
      {
        title: 'fixed pair of LLMs',
        reliability,
        points: await eachOf(pairs, (pair) =>
          runPair(asked, reliability, (a) => [placeOf(a, pair[0]), placeOf(a, pair[1])]),
        ),
      },
      {
        title: 'cheapest, then the best ranked',
        reliability,
        points: await eachOf([0], () => runPair(asked, reliability, (a) => [cheapest(a), bestRanked(a)])),
      },
    );
  }
  const measured = [...spread.values()].map((s) => s.toFixed(2)).join(', ');
  return {
    ...section,
    notes: [
      `${asked.length} held-out queries${which === 'fold' ? ` of fold ${all[0]!.fold}` : ''}, each answered by ` +
        'up to 3 LLMs in the order that was planned from the learned profile’s predictions; a judge reports each ' +
        'answer’s score as it is with the chance that reliability says, and else 0 or 1 by the toss of a coin ' +
        '(drawn once, the same for all rows). How far LLMs fail together was measured on the other folds (spread ' +
        `${measured}). Costs are estimates, as under cost and quality.`,
      'Wanted quality is of each query: one that no LLM is likely to answer costs the most. Single calls for ' +
        'the same wanted quality take the cheapest LLM that is expected to reach it, else the best. As a single ' +
        'call means: the least cost at which single calls by the learned profile score as much, at the best of ' +
        'the weights of cost; – where they never do.',
      'In the second table, cascades are those of the first and those that trade quality for cost ' +
        '(cost_weight) at several weights. The fixed pair is the one that does best on these very queries: a ' +
        'first LLM, and a second one where the judge gives the first less than a half.',
    ],
    tables: [
      {
        caption: 'Cascades by wanted quality; costs in US dollars a million queries',
        header: [
          'reliability',
          'wanted quality',
          'expected',
          'achieved',
          'expected cost',
          'cost',
          'calls',
          'single call',
          'its cost',
          'cost as a single call',
        ],
        rows: wanted,
        digits: [1, 1, 4, 4, 1, 1, 2, 4, 1, 1],
      },
      ...(fixed.length > 0
        ? [
            levels(
              ways.filter((way) => way.points.length > 0),
              frontier(fixed).at(-1)!,
              frontier(single).at(-1)!,
            ),
          ]
        : []),
    ],
    plots: [
      {
        kind: 'curves',
        title: 'Best score for at most each cost, of single calls and cascades',
        x: 'US dollars a million queries',
        y: 'mean score',
        series: ways
          .filter(
            ({ title, reliability, points }) =>
              points.length > 0 &&
              title !== 'cheapest, then the best ranked' &&
              (title === 'cascade' || reliability === null || reliability === 1),
          )
          .map(({ title, reliability, points }) => ({
            name: reliability === null ? title : `${title}, reliability ${reliability}`,
            mark: 'step' as const,
            emphasis: title === 'cascade',
            points: frontier(points).map((p) => [p.cost * MILLION, p.score] as [number, number]),
          })),
      },
    ],
  };
}
