import type { Rng } from '../../base/rng.js';
import type { ReportSection } from '../../schema/evaluation.js';
import { bootstrapMean } from '../bootstrap.js';
import { calibrationOf } from '../calibration.js';
import type { CrossValidated } from '../folds.js';
import { meanOf, outcomesOf, rankingAccuracy, routedMean } from '../outcomes.js';
import { LEARNED, ORACLE, type HeldOut } from '../predictions.js';

/** Least score that counts as right where a query is one that only one LLM gets right. */
const RIGHT = 0.5;

const orNull = (x: number): number | null => (Number.isFinite(x) ? x : null);

/** The only LLM that gets each query right; −1 where none does, or several do, or under two were scored. */
function onlyRight({ data, queries }: HeldOut): Int32Array {
  const { start, llm, score, measured } = data.evidence;
  return queries.map((q) => {
    const scored = Array.from({ length: start[q + 1]! - start[q]! }, (_, i) => start[q]! + i).filter((e) => measured[e]);
    const right = scored.filter((e) => score[e]! >= RIGHT);
    return scored.length > 1 && right.length === 1 ? llm[right[0]!]! : -1;
  });
}

/** Every router, cross-validated: what its choices score, and how far that is from the best there is. */
export function routersSection(held: CrossValidated, rng: Rng): ReportSection {
  const { predictions, folds, foldOf } = held;
  const outcomes = predictions.map((p) => outcomesOf(held, p.scores));
  const named = (name: string) => outcomes[predictions.findIndex((p) => p.name === name)]!;
  const [single, oracle] = [routedMean(named('best-single')), routedMean(named(ORACLE.name))];
  const only = onlyRight(held);
  const numOnly = only.reduce((sum, l) => sum + (l >= 0 ? 1 : 0), 0);
  const inFold = (values: Float64Array, fold: number): Float64Array => values.filter((_, i) => foldOf[i] === fold);
  const foldNames = folds.map((f) => `fold ${f.fold}`);
  const tables: ReportSection['tables'] = [];
  if (Number.isFinite(single)) {
    tables.push({
      caption: 'Mean score of the chosen LLM, with its 95% interval over queries',
      header: ['router', 'mean of folds', 'low', 'high', ...foldNames],
      rows: predictions.map((p, i) => {
        const { quality } = outcomes[i]!;
        const perFold = folds.map((f) => meanOf(inFold(quality, f.fold)));
        const { low, high } = bootstrapMean(quality, rng.fork(p.name));
        return [p.title, orNull(meanOf(perFold)), orNull(low), orNull(high), ...perFold.map(orNull)];
      }),
    });
    tables.push({
      caption: 'How far from the best there is',
      header: ['router', 'gap to the oracle', 'share of its gain kept', `right where only one LLM is (${numOnly} queries)`, 'calibration error', 'Brier score'],
      rows: predictions.map((p, i) => {
        const found = routedMean(outcomes[i]!);
        const recalled = only.reduce((sum, l, q) => sum + (l >= 0 && outcomes[i]!.chosen[q] === l ? 1 : 0), 0) / numOnly;
        const { error, brier } = calibrationOf(held, p.scores);
        return [p.title, orNull(oracle - found), orNull((found - single) / (oracle - single)), orNull(recalled), orNull(error), orNull(brier)];
      }),
      digits: [0, 4, 3, 3, 3, 3],
    });
  }
  if (Number.isFinite(rankingAccuracy(named(LEARNED.name)))) {
    tables.push({
      caption: 'Share of held-out comparisons ranked right, with its 95% interval over queries',
      header: ['router', 'all', 'low', 'high', ...foldNames],
      rows: predictions.map((p, i) => {
        const { right, comparisons } = outcomes[i]!;
        const { low, high } = bootstrapMean(right, rng.fork(`ranking ${p.name}`), comparisons);
        const perFold = folds.map((f) => meanRatio(inFold(right, f.fold), inFold(comparisons, f.fold)));
        return [p.title, orNull(rankingAccuracy(outcomes[i]!)), orNull(low), orNull(high), ...perFold.map(orNull)];
      }),
    });
  }
  return {
    id: 'routers',
    title: 'Routers',
    notes: [
      `Cross-validated by query in ${folds.length} folds (SHA-256 of the text): each is routed by what was learned from the others. Rows under the learned profile are told the task of the query; all others read its text alone.`,
      `Training the learned profile took ${folds.map((f) => f.seconds.toFixed(0)).join(', ')} s a fold.`,
    ],
    tables,
    plots: [],
  };
}

function meanRatio(values: Float64Array, weights: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / weights.reduce((a, b) => a + b, 0);
}
