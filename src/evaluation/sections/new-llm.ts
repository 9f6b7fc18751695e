import { createRng, type Rng } from '../../base/rng.js';
import type { GraphRows } from '../../graph/rows.js';
import type { ReportSection } from '../../schema/evaluation.js';
import type { Backend } from '../../tensor/backend.js';
import { fitLearned, refreeze } from '../../training/learned.js';
import { datasetOf, type CrossValidated, type EvaluationInput } from '../folds.js';
import { meanOf, outcomesOf, utilities } from '../outcomes.js';
import { predict, type HeldOut } from '../predictions.js';

export const NEW_LLM_RUNS = ['none', 'fold', 'all'] as const;
export type NewLlmRuns = (typeof NEW_LLM_RUNS)[number];

/** Interactions of an LLM that has just begun to be used. */
const FEW = 20;

/** The rows without what is logged of an LLM, but for the queries in `kept`; it stays in the catalogue. */
export function withoutLlm(rows: GraphRows, llm: number, kept: ReadonlySet<number> = new Set()): GraphRows {
  const { query, llm: of, score, count } = rows.scores;
  const stays = Int32Array.from(query.keys()).filter((e) => of[e] !== llm || kept.has(query[e]!));
  const { query: asked, better, worse } = rows.preferences;
  const compared = Int32Array.from(asked.keys()).filter((e) => (better[e] !== llm && worse[e] !== llm) || kept.has(asked[e]!));
  return {
    ...rows,
    scores: { query: stays.map((e) => query[e]!), llm: stays.map((e) => of[e]!), score: Float32Array.from(stays, (e) => score[e]!), count: stays.map((e) => count[e]!) },
    preferences: { query: compared.map((e) => asked[e]!), better: compared.map((e) => better[e]!), worse: compared.map((e) => worse[e]!) },
  };
}

/** Queries of `train` that have anything of an LLM, `size` of them at random. */
function someOf({ data }: HeldOut, train: Int32Array, llm: number, size: number, rng: Rng): Set<number> {
  const { start, llm: of } = data.evidence;
  const asked = train.filter((q) => of.subarray(start[q]!, start[q + 1]!).includes(llm));
  return new Set(rng.shuffle(asked.slice()).subarray(0, size));
}

/** Each LLM in turn as one that has just arrived, as in figure 4 of RouteProfile (arXiv 2605.00180). */
export async function newLlmSection(held: CrossValidated, input: EvaluationInput, which: NewLlmRuns, { tf }: Backend, onProgress: (fraction: number, message: string) => void): Promise<ReportSection> {
  const section: ReportSection = { id: 'new-llm', title: 'A new LLM', notes: [], tables: [], plots: [] };
  if (which === 'none') return { ...section, notes: ['Left out, as --new-llm none asks.'] };
  const folds = which === 'fold' ? held.folds.slice(0, 1) : held.folds;
  const asked = held.data.llms.map((_, l) => l).filter((l) => held.data.evidence.llm.includes(l));
  if (asked.length < 3) return { ...section, notes: ['Left out: it needs at least three LLMs with interactions.'] };
  const rows = asked.map(() => ({ known: [] as number[], unseen: [] as number[], few: [] as number[], chosen: [[], [], []] as number[][] }));
  for (const [f, fold] of folds.entries()) {
    for (const [i, llm] of asked.entries()) {
      onProgress((f + i / asked.length) / folds.length, `new LLM ${held.data.llms[llm]}, fold ${fold.fold}`);
      const rng = createRng(input.seed).fork(`new ${llm} ${fold.fold}`);
      const measure = async (to: number[], chosen: number[], router: Parameters<typeof predict>[1]): Promise<void> => {
        // What was logged of the LLM after all says how good the choices were.
        const outcomes = outcomesOf(fold, await predict(fold, router));
        to.push(meanOf(utilities(outcomes)));
        chosen.push(outcomes.chosen.reduce((sum, c) => sum + (c === llm ? 1 : 0), 0) / fold.queries.length);
      };
      const into = rows[i]!;
      await measure(into.known, into.chosen[0]!, fold.learned);
      const unseen = await datasetOf({ ...input, rows: withoutLlm(input.rows, llm) });
      const answered = fold.train.filter((q) => unseen.evidence.start[q + 1]! > unseen.evidence.start[q]!);
      const learned = await fitLearned({ rows: input.rows, data: unseen, encoder: input.encoder }, answered, { tf, rng });
      await measure(into.unseen, into.chosen[1]!, learned);
      const kept = someOf(fold, fold.train, llm, FEW, rng.fork('few'));
      const few = await datasetOf({ ...input, rows: withoutLlm(input.rows, llm, kept) });
      const evidence = fold.train.filter((q) => few.evidence.start[q + 1]! > few.evidence.start[q]!);
      await measure(into.few, into.chosen[2]!, await refreeze(learned, { rows: input.rows, data: few, encoder: input.encoder }, evidence, { tf, rng }));
    }
  }
  const cells = (r: (typeof rows)[number]): (number | null)[] => {
    const [known, unseen, few] = [r.known, r.unseen, r.few].map(meanOf) as [number, number, number];
    return [known, unseen, unseen - known, few, few - known, ...r.chosen.map(meanOf)].map((x) => (Number.isFinite(x) ? x : null));
  };
  const table = asked.map((llm, i) => [held.data.llms[llm]!, ...cells(rows[i]!)]);
  const mean = Array.from({ length: 8 }, (_, c) => meanOf(Float64Array.from(table, (row) => (row[c + 1] as number | null) ?? NaN)));
  return {
    ...section,
    notes: [`Every interaction of one LLM is kept from training; it stays a candidate, known by its declared facts alone, and then by ${FEW} interactions as well, with the same weights (nothing is trained again). ${which === 'fold' ? `Fold ${folds[0]!.fold} only.` : ''}`.trim()],
    tables: [
      {
        caption: 'Mean score of the chosen LLM, and how often it is the new one',
        header: ['new LLM', 'known', 'new', 'difference', `with ${FEW}`, 'difference', 'chosen when known', 'when new', `with ${FEW}`],
        rows: [...table, ['mean', ...mean.map((x) => (Number.isFinite(x) ? x : null))]],
        digits: [0, 4, 4, 4, 4, 4, 3, 3, 3],
      },
    ],
  };
}
