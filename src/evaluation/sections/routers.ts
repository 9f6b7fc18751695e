import type { Rng } from '../../base/rng.js';
import type { GraphRows } from '../../graph/rows.js';
import type { IntervalPlot, ReportTable } from '../../schema/evaluation.js';
import { bootstrapMean } from '../bootstrap.js';
import { breathe } from '../../base/breathe.js';
import { areProbabilities, calibrationOf } from '../../measure/calibration.js';
import { costsOfChoice, estimateCosts, unpriced } from '../costs.js';
import { joinFolds, type CrossValidated, type SimplyValidated } from '../folds.js';
import { meanOf, outcomesOf, routedMean, type Outcomes } from '../../measure/outcomes.js';
import { LEARNED, ORACLE, type HeldOut } from '../../measure/predictions.js';
import { empty, figure, type Measured } from './parts.js';

/** Least score that counts as right where a query is one that only one LLM gets right. */
const RIGHT = 0.5;
const MILLION = 1e6;
/** How choices are scored where they were not made. */
const ESTIMATED =
  'Most queries have one answer: a choice is worth the LLM’s level and, where that LLM is the one that was asked, ' +
  'what it scored beyond it over how often that LLM is asked (doubly robust, propensities estimated by LLM). That is ' +
  'right in the mean, and wide, as the intervals say';
/** What the figures of {@link distances} mean. */
const DISTANCES =
  'Gain kept is the share of what the oracle gains over the best single LLM. Sole-right recall is how often the LLM ' +
  `is chosen that alone is right, with a score of ${RIGHT} or more. Calibration error (ten bins) and Brier score are ` +
  'of routers whose scores are all in [0, 1]. Cost is the estimated mean in US dollars a million queries.';

/** The only LLM that gets each query right `[n]`; −1 where none does, or several do, or under two were scored. */
export function onlyRight({ data, queries }: HeldOut): Int32Array {
  const { start, llm, score, measured } = data.evidence;
  return queries.map((q) => {
    const scored = Array.from({ length: start[q + 1]! - start[q]! }, (_, i) => start[q]! + i).filter(
      (e) => measured[e],
    );
    const right = scored.filter((e) => score[e]! >= RIGHT);
    return scored.length > 1 && right.length === 1 ? llm[right[0]!]! : -1;
  });
}

const total = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

/** A figure to show by fold. */
interface FoldTable {
  caption: string;
  of(outcomes: Outcomes): { values: Float64Array; weights: Float64Array };
  rng: Rng;
}

/** What a table by fold is of. */
type ByFold = Pick<CrossValidated, 'predictions' | 'foldOf'> & { folds: readonly { fold: number }[] };

/** A table with a row per router: a figure over all held-out queries, its interval, and the same of each fold. */
async function byFold(
  held: ByFold,
  outcomes: readonly Outcomes[],
  { caption, of, rng }: FoldTable,
): Promise<ReportTable> {
  const rows: ReportTable['rows'] = [];
  for (const [i, { name, title }] of held.predictions.entries()) {
    const { values, weights } = of(outcomes[i]!);
    const mean = (pick: (at: number) => boolean): number =>
      total(values.filter((_, at) => pick(at))) / total(weights.filter((_, at) => pick(at)));
    const { low, high } = bootstrapMean(values, rng.fork(name), weights);
    rows.push([
      title,
      ...[mean(() => true), low, high, ...held.folds.map(({ fold }) => mean((at) => held.foldOf[at] === fold))].map(
        figure,
      ),
    ]);
    await breathe();
  }
  return { caption, header: ['router', 'mean', 'low', 'high', ...held.folds.map((f) => `fold ${f.fold}`)], rows };
}

/**
 * The first figures of a table with its intervals, drawn; without the oracle, which would leave little room for the
 * others.
 */
function intervals({ caption, rows }: ReportTable): IntervalPlot {
  const items = rows.flatMap(([name, value, low, high]) =>
    name !== ORACLE.title && typeof value === 'number' && typeof low === 'number' && typeof high === 'number'
      ? [{ name: String(name), value, low, high, emphasis: name === LEARNED.title }]
      : [],
  );
  return { kind: 'intervals', title: caption, x: caption.split(',')[0]!.toLowerCase(), items };
}

/** How far each router is from the best there is, and what it costs. */
function distances(held: CrossValidated, outcomes: readonly Outcomes[], rows: GraphRows): ReportTable {
  const { predictions } = held;
  const meanOfNamed = (name: string): number => routedMean(outcomes[predictions.findIndex((p) => p.name === name)]!);
  const [single, oracle] = [meanOfNamed('best-single'), meanOfNamed(ORACLE.name)];
  const only = onlyRight(held);
  const numOnly = only.reduce((sum, l) => sum + (l >= 0 ? 1 : 0), 0);
  const costs = unpriced(held, rows).length > 0 ? null : estimateCosts(held, rows);
  return {
    caption: `How far from the best there is (${numOnly} queries have a sole LLM that is right)`,
    header: ['router', 'gap to oracle', 'gain kept', 'sole-right recall', 'calibration error', 'Brier score', 'cost'],
    rows: predictions.map(({ title, scores }, i) => {
      const { chosen } = outcomes[i]!;
      const mean = routedMean(outcomes[i]!);
      const recalled = only.reduce((sum, l, q) => sum + (l >= 0 && chosen[q] === l ? 1 : 0), 0) / numOnly;
      const { error, brier } = areProbabilities(scores) ? calibrationOf(held, scores) : { error: NaN, brier: NaN };
      const cost = costs === null ? NaN : meanOf(costsOfChoice(held, chosen, costs)) * MILLION;
      return [
        title,
        ...[
          oracle - mean,
          oracle > single ? (mean - single) / (oracle - single) : NaN,
          recalled,
          error,
          brier,
          cost,
        ].map(figure),
      ];
    }),
    digits: [0, 4, 3, 3, 4, 4, 1],
  };
}

/** What is measured before anything is trained: the routers that take little time. */
export async function simpleSection({ folds }: SimplyValidated, rng: Rng): Promise<Measured> {
  const section = empty('simple-routers', 'Simple routers');
  const held = { ...joinFolds(folds), folds };
  const outcomes = held.predictions.map((p) => outcomesOf(held, p.scores));
  section.tables.push(...(await scoreTables(held, outcomes, rng)));
  section.notes.push(
    `Measured before the learned profile, by the same ${folds.length} folds of ${held.queries.length} queries.`,
  );
  return section;
}

/** Tables of what choices score, and of comparisons ranked right: those for which something is logged. */
async function scoreTables(held: ByFold, outcomes: readonly Outcomes[], rng: Rng): Promise<ReportTable[]> {
  const [first] = outcomes;
  const tables: ReportTable[] = [];
  if (first!.chosen.some((l) => l >= 0))
    tables.push(
      await byFold(held, outcomes, {
        caption: 'Mean score of the chosen LLM, with its 95% interval over queries',
        of: ({ quality, counts }) => ({
          values: quality.map((q, i) => (Number.isNaN(q) ? 0 : q * counts[i]!)),
          weights: counts.map((n, i) => (Number.isNaN(quality[i]!) ? 0 : n)),
        }),
        rng: rng.fork('score'),
      }),
    );
  if (first!.comparisons.some((c) => c > 0))
    tables.push(
      await byFold(held, outcomes, {
        caption: 'Share of held-out comparisons ranked right, with its 95% interval over queries',
        of: ({ right, comparisons }) => ({ values: right, weights: comparisons }),
        rng: rng.fork('ranking'),
      }),
    );
  return tables;
}

/** Every router, cross-validated: what its choices score, and how far that is from the best there is. */
export async function routersSection(held: CrossValidated, rows: GraphRows, rng: Rng): Promise<Measured> {
  const section = empty('routers', 'Routers');
  const { predictions, folds, queries } = held;
  const outcomes = predictions.map((p) => outcomesOf(held, p.scores));
  const learned = outcomes[predictions.findIndex((p) => p.name === LEARNED.name)]!;
  const [scored, compared] = [
    learned.chosen.filter((l) => l >= 0).length,
    learned.comparisons.filter((c) => c > 0).length,
  ];
  section.tables.push(...(await scoreTables(held, outcomes, rng)));
  if (scored > 0) section.tables.splice(1, 0, distances(held, outcomes, rows));
  section.plots.push(...section.tables.filter((t) => t.header[2] === 'low').map(intervals));
  section.notes.push(
    `Cross-validated by query in ${folds.length} folds (SHA-256 of the text): each of ${queries.length} ` +
      'queries is routed by what was learned from the other folds. Rows under the learned profile are told the ' +
      'task of the query; all others read its text alone.',
    `${held.policy ? ESTIMATED : `Of ${scored} queries with scores of two LLMs a router chooses among these`}; ` +
      `${compared} have comparisons. ` +
      (held.weigh === 'traffic' ? 'A query counts as often as it was answered. ' : '') +
      (scored === 0 ? 'There are no scores to choose by, only preferences.' : DISTANCES),
    `Training the learned profile took ${folds.map((f) => f.seconds.toFixed(0)).join(', ')} s a fold.`,
  );
  return section;
}
