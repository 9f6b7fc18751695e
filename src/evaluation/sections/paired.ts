import type { Rng } from '../../base/rng.js';
import type { ReportSection } from '../../schema/evaluation.js';
import { bootstrapMean } from '../bootstrap.js';
import type { CrossValidated } from '../folds.js';
import { outcomesOf, utilities } from '../outcomes.js';
import { pairedTest } from '../paired-test.js';
import { LEARNED, ORACLE } from '../predictions.js';

/** The learned profile against every baseline, query by query. */
export function pairedSection(held: CrossValidated, rng: Rng): ReportSection {
  const worth = new Map(held.predictions.map((p) => [p.name, utilities(outcomesOf(held, p.scores))]));
  const learned = worth.get(LEARNED.name)!;
  const rows = held.predictions
    .filter((p) => p.name !== LEARNED.name && p.name !== ORACLE.name)
    .map((p) => {
      const other = worth.get(p.name)!;
      const { difference, pHigher } = pairedTest(learned, other, rng.fork(p.name));
      const { low, high } = bootstrapMean(learned.map((x, i) => x - other[i]!), rng.fork(`interval ${p.name}`));
      return [p.title, p.told ? 'task' : 'text', difference, Number.isFinite(low) ? low : null, Number.isFinite(high) ? high : null, pHigher] as const;
    })
    .toSorted((a, b) => a[2] - b[2]);
  return {
    id: 'paired',
    title: 'The learned profile against each baseline',
    notes: ['Paired over queries: the score of the chosen LLM where scores were measured, else the share of the query’s comparisons that were ranked right. Hardest first; p is of a difference as high by chance (one-sided permutation test).'],
    tables: [{ caption: 'Mean difference', header: ['baseline', 'reads', 'difference', 'low', 'high', 'p'], rows: rows.map((row) => [...row]) }],
    plots: [],
  };
}
