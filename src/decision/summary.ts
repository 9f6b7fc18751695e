import type { DaySummary } from '../schema/decision.js';
import type { ObservedDay } from '../store/ports/decisions.js';
import { intervalOfScores } from '../math/interval.js';
import { DAY_SUMS, type DayRow } from '../machines/day-sums.js';

type Sum = (typeof DAY_SUMS)[number];
type Part = 'chosen' | 'ranked' | 'best';

/** Least share of decisions that an LLM was a candidate for, to be compared with what was chosen. */
const LEAST_SHARE = 0.5;

const value = ({ sums }: DayRow, sum: Sum): number => sums[DAY_SUMS.indexOf(sum)]!;
const total = (rows: readonly DayRow[], sum: Sum): number => rows.reduce((all, row) => all + value(row, sum), 0);

/**
 * Mean quality of a part of the decisions, and what `decisions` of that kind cost: those without a known cost as the
 * mean of the others.
 */
function worth(rows: readonly DayRow[], part: Part, decisions: number): { quality: number; cost_usd: number | null } {
  const n = total(rows, part);
  const priced = total(rows, `${part}_cost_n`);
  return {
    quality: n === 0 ? 0 : total(rows, `${part}_quality`) / n,
    cost_usd: priced === 0 ? null : (total(rows, `${part}_cost`) / priced) * decisions,
  };
}

/** What feedback told of a day, the mean score with its interval. */
function observedOf({ answers, score, square, worth: n, cost_usd, errors }: ObservedDay): DaySummary['observed'] {
  const interval =
    score === null || square === null || n === null
      ? null
      : intervalOfScores({ n, mean: score, variance: Math.max(0, square - score ** 2) });
  return { answers, score, low: interval?.low ?? null, high: interval?.high ?? null, cost_usd, errors };
}

function summaryOf(day: string, rows: readonly DayRow[], observed: ObservedDay | undefined): DaySummary {
  const decisions = total(rows, 'chosen');
  const own = worth(rows, 'chosen', decisions);
  const best = worth(rows, 'best', decisions);
  const singles = rows
    .filter((row) => value(row, 'ranked') >= LEAST_SHARE * decisions && value(row, 'ranked') > 0)
    .map((row) => ({ model: row.model, ...worth([row], 'ranked', decisions) }));
  return {
    day,
    decisions,
    ...own,
    models: rows
      .filter((row) => value(row, 'chosen') > 0)
      .map((row) => ({
        model: row.model,
        decisions: value(row, 'chosen'),
        share: value(row, 'chosen') / decisions,
        ...worth([row], 'chosen', value(row, 'chosen')),
      }))
      .toSorted((a, b) => b.decisions - a.decisions),
    best_single: singles.toSorted((a, b) => b.quality - a.quality)[0] ?? null,
    always_best: best,
    regret: Math.max(0, best.quality - own.quality),
    observed: observed === undefined ? null : observedOf(observed),
  };
}

/** Each day that has decisions or feedback to some, in order. */
export function summaryByDay({
  rows,
  observed,
}: {
  rows: readonly DayRow[];
  observed: readonly ObservedDay[];
}): DaySummary[] {
  const days = [...new Set([...rows.map((row) => row.day), ...observed.map((row) => row.day)])].toSorted();
  return days.map((day) =>
    summaryOf(
      day,
      rows.filter((row) => row.day === day),
      observed.find((row) => row.day === day),
    ),
  );
}
