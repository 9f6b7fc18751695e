import type { Rng } from '../../base/rng.js';
import type { Encoder } from '../../encoder/types.js';
import type { GraphRows } from '../../graph/rows.js';
import type { ReportSection } from '../../schema/evaluation.js';
import type { CrossValidated } from '../folds.js';
import { outcomesOf, utilities, meanOf } from '../outcomes.js';
import { EDITS } from '../paraphrase.js';

/** Most held-out queries of a fold that are edited. */
const EDITED = 300;

const largest = (scores: Float32Array): number => scores.reduce((best, s, l) => (s > scores[best]! ? l : best), 0);

/** Whether the same is decided for a query that is put a little differently. */
export async function robustnessSection({ folds, data }: CrossValidated, rows: GraphRows, encoder: Encoder, rng: Rng): Promise<ReportSection> {
  const counts = EDITS.map(() => ({ changed: 0, same: 0, before: [] as number[], after: [] as number[] }));
  for (const { learned, queries } of folds) {
    for (const q of queries.subarray(0, EDITED)) {
      const task = data.taskOf[q]!;
      const { text } = rows.queries[q]!;
      const own = learned.score({ vector: data.queries[q]!, task });
      for (const [e, edit] of EDITS.entries()) {
        const edited = edit.apply(text, rng);
        if (edited === text) continue;
        const [vector] = await encoder.encode([edited]);
        const other = learned.score({ vector: vector!, task });
        const one = { data, queries: Int32Array.of(q) };
        const count = counts[e]!;
        count.changed++;
        count.same += largest(own) === largest(other) ? 1 : 0;
        count.before.push(utilities(outcomesOf(one, own))[0]!);
        count.after.push(utilities(outcomesOf(one, other))[0]!);
      }
    }
  }
  const all = { changed: 0, same: 0, before: [] as number[], after: [] as number[] };
  for (const c of counts) {
    all.changed += c.changed;
    all.same += c.same;
    all.before.push(...c.before);
    all.after.push(...c.after);
  }
  const row = (name: string, c: typeof all): (string | number | null)[] => {
    const lost = meanOf(c.before) - meanOf(c.after);
    return [name, c.changed, c.changed > 0 ? c.same / c.changed : null, Number.isFinite(lost) ? lost : null];
  };
  return {
    id: 'robustness',
    title: 'The same query put differently',
    notes: [`Up to ${EDITED} held-out queries of each fold, edited by rule; a query that an edit leaves as it was is not counted.`],
    tables: [{ caption: 'Share of queries for which the same LLM is chosen, and mean score lost', header: ['edit', 'queries', 'same choice', 'lost'], rows: [...EDITS.map((edit, e) => row(edit.name, counts[e]!)), row('all', all)], digits: [0, 0, 3, 4] }],
    plots: [],
  };
}
