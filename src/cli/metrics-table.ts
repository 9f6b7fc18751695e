import type { Comparison } from '../schema/training.js';
import { withInterval } from './interval.js';
import { table } from './output.js';
import { paint } from './paint.js';

/** What a trained profile was held against, best first. */
export function comparisonTable(comparison: readonly Comparison[], metrics: Record<string, number>): string {
  if (comparison.length === 0) return 'held out: nothing, the queries are too few';
  const error = metrics['calibration_error'];
  const heading =
    `held out: ${metrics['held_out_queries']} ` +
    `queries${error === undefined ? '' : `; calibration error of the learned scores ${error.toFixed(4)}`}`;
  const rows = comparison
    .toSorted((a, b) => (b.mean ?? -1) - (a.mean ?? -1))
    .map((c) => [
      c.title,
      c.told ? 'task' : 'text',
      withInterval(c.mean, c.mean_low, c.mean_high, 4),
      c.difference.toFixed(4),
      c.p.toFixed(4),
      paint('yellow', c.better && !c.told ? 'better' : ''),
    ]);
  return `${heading}\n${table(['router', 'reads', 'mean score (95%)', 'against the learned', 'p', ''], rows)}`;
}
