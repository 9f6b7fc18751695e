import type { Rng } from '../../base/rng.js';
import type { Encoder } from '../../encoder/types.js';
import type { GraphRows } from '../../graph/rows.js';
import type { CrossValidated, Fold } from '../folds.js';
import { firstChoice, loggedLlms, meanOf, outcomesOf, utilities } from '../../measure/outcomes.js';
import { EDITS, type Edit } from '../paraphrase.js';
import { predict, predictEach } from '../../measure/predictions.js';
import { empty, figure, type Measured } from './parts.js';

/** Most held-out queries of a fold that are edited. */
const EDITED = 300;

/** Queries `[n]` that an edit changed: whether the decision is the same, and what it was worth before and after. */
interface Pairs {
  same: number[];
  before: number[];
  after: number[];
}

/** An edit, and the log and encoder that it is tried on. */
interface Retry {
  edit: Edit;
  rows: GraphRows;
  encoder: Encoder;
  rng: Rng;
}

async function decideAgain({ data, queries, learned }: Fold, { edit, rows, encoder, rng }: Retry): Promise<Pairs> {
  const asked = Array.from(queries.subarray(0, EDITED), (q) => ({
    q,
    text: edit.apply(rows.queries.textOf(q), rng),
  })).filter(({ q, text }) => text !== rows.queries.textOf(q));
  const vectors = await encoder.encode(asked.map(({ text }) => text));
  const changed = Int32Array.from(asked, ({ q }) => q);
  const held = { data, queries: changed };
  const before = await predict(held, learned);
  const after = await predictEach(held, (i) => learned.score({ vector: vectors[i]!, task: data.taskOf[changed[i]!]! }));
  const logged = loggedLlms(data);
  const of = (scores: Float32Array, i: number): number =>
    firstChoice(scores.subarray(i * data.numLlms, (i + 1) * data.numLlms), logged);
  return {
    same: Array.from(changed, (_, i) => (of(before, i) === of(after, i) ? 1 : 0)),
    before: Array.from(utilities(outcomesOf(held, before))),
    after: Array.from(utilities(outcomesOf(held, after))),
  };
}

/** Whether the same is decided for a query that is put a little differently. */
export async function robustnessSection(
  { folds }: CrossValidated,
  rows: GraphRows,
  encoder: Encoder,
  rng: Rng,
): Promise<Measured> {
  const table: { name: string; pairs: Pairs }[] = [];
  for (const edit of EDITS) {
    const pairs: Pairs = { same: [], before: [], after: [] };
    for (const fold of folds) {
      const of = await decideAgain(fold, { edit, rows, encoder, rng: rng.fork(`${edit.name} ${fold.fold}`) });
      for (const key of ['same', 'before', 'after'] as const) pairs[key].push(...of[key]);
    }
    table.push({ name: edit.name, pairs });
  }
  const all = (key: keyof Pairs): number[] => table.flatMap(({ pairs }) => pairs[key]);
  table.push({ name: 'all', pairs: { same: all('same'), before: all('before'), after: all('after') } });
  return {
    ...empty('robustness', 'The same query put differently'),
    notes: [
      `Up to ${EDITED} held-out queries of each fold, edited by rule (${EDITS.map((e) => e.name).join('; ')}); ` +
        'a query that an edit leaves as it was is not counted. Lost is the mean score of the choices before, ' +
        'less that of the choices after.',
    ],
    tables: [
      {
        caption: 'Share of edited queries for which the learned profile chooses the same LLM',
        header: ['edit', 'queries', 'same choice', 'lost'],
        rows: table.map(({ name, pairs: { same, before, after } }) => [
          name,
          same.length,
          ...[meanOf(same), meanOf(before) - meanOf(after)].map(figure),
        ]),
        digits: [0, 0, 3, 4],
      },
    ],
  };
}
