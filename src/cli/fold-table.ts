import type { FoldReport } from '../evaluation/cross-validate.js';
import { calibrationError, rankingAccuracy, routedMean, type Tally } from '../evaluation/metrics.js';
import { LEARNED } from '../evaluation/held-out.js';
import { table } from './output.js';

const cell = (value: number): string => (Number.isFinite(value) ? value.toFixed(4) : '–');
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** A measure by contender and fold, with its mean over folds. */
function byFold(reports: readonly FoldReport[], measure: (tally: Tally) => number): (string | number)[][] {
  return reports[0]!.contenders.map(({ name }, c) => {
    const values = reports.map((r) => measure(r.contenders[c]!.tally));
    return [name, cell(mean(values)), ...values.map(cell)];
  });
}

/** The tables of a cross-validation: mean score of the chosen LLM, comparisons ranked right, calibration. */
export function foldTables(reports: readonly FoldReport[]): string {
  const header = ['router', 'mean', ...reports.map((r) => `fold ${r.fold}`)];
  const parts: string[] = [];
  const scores = byFold(reports, routedMean);
  if (scores.some((row) => row[1] !== '–')) parts.push(`mean score of the chosen LLM\n${table(header, scores)}`);
  const ranked = byFold(reports, rankingAccuracy);
  if (ranked.some((row) => row[1] !== '–')) parts.push(`share of comparisons ranked right\n${table(header, ranked)}`);
  const learned = reports.map((r) => calibrationError(r.contenders.find((c) => c.name === LEARNED)!.tally));
  if (learned.every(Number.isFinite)) parts.push(`calibration error of the learned scores (10 bins): ${cell(mean(learned))}`);
  parts.push(`seconds per fold: ${reports.map((r) => r.seconds.toFixed(1)).join(', ')}`);
  return parts.join('\n\n');
}
