import { createRng } from '../../base/rng.js';
import { BASELINES } from '../../router/baselines.js';
import { bestSingle } from '../../router/best-single.js';
import type { Baseline, FitTools, FittedRouter } from '../../router/types.js';
import type { Backend } from '../../tensor/backend.js';
import { fitLearned, refreeze } from '../../learned/fit.js';
import { datasetOf, type CrossValidated, type EvaluationInput, type Fold, type Progress } from '../folds.js';
import { firstChoice, loggedLlms, meanOf, outcomesOf, utilities } from '../../measure/outcomes.js';
import { LEARNED, predict } from '../../measure/predictions.js';
import { answeredOf, someOf, withoutLlm } from '../without-llm.js';
import { empty, figure, leftOut, type Measured } from './parts.js';

export const NEW_LLM_RUNS = ['none', 'fold', 'all'] as const;
export type NewLlmRuns = (typeof NEW_LLM_RUNS)[number];

/** Interactions of an LLM that has just begun to be used. */
const FEW = 20;

/** Routing a fold: mean worth of the choices, and how often the LLM in question is the first one. */
interface Routed {
  score: number;
  chosen: number;
}

/**
 * Of one router, one LLM: when it was known, new, and had been asked a few queries. NaN where the router can't know it.
 */
type Stage = 'known' | 'unseen' | 'few';
type Stages = Record<Stage, Routed>;
const STAGES: readonly Stage[] = ['known', 'unseen', 'few'];
const NOTHING: Routed = { score: NaN, chosen: NaN };

/** What was logged of the LLM after all says how good the choices were: `fold` knows it. */
async function route(fold: Fold, llm: number, scores: Float32Array): Promise<Routed> {
  const { numLlms } = fold.data;
  const logged = loggedLlms(fold.data);
  const chosen = fold.queries.filter(
    (_, i) => firstChoice(scores.subarray(i * numLlms, (i + 1) * numLlms), logged) === llm,
  ).length;
  return { score: meanOf(utilities(outcomesOf(fold, scores))), chosen: chosen / fold.queries.length };
}

/** The LLM that is made a new one, and what it is measured beside. */
interface Arrival {
  llm: number;
  /** What each router predicted for the fold when it knew all LLMs, by name. */
  known: ReadonlyMap<string, Float32Array>;
  beside: readonly Baseline[];
  tools: FitTools;
}

/** Makes an LLM a new one on a fold, for every router in turn. */
async function makeNew(
  fold: Fold,
  input: EvaluationInput,
  { llm, known, beside, tools }: Arrival,
): Promise<Map<string, Stages>> {
  const { rows, encoder, options } = input;
  const scoresOf = async (router: FittedRouter): Promise<Routed> => route(fold, llm, await predict(fold, router));
  const unseen = await datasetOf({ ...input, rows: withoutLlm(rows, llm) });
  const learned = await fitLearned({ rows, data: unseen, encoder, options }, answeredOf(unseen, fold.train), tools);
  const kept = someOf(fold.data, fold.train, { llm, size: FEW, rng: tools.rng.fork('few') });
  const few = await datasetOf({ ...input, rows: withoutLlm(rows, llm, kept) });
  const evidence = answeredOf(few, fold.train);
  const frozen = await refreeze({
    weights: learned.weights,
    from: { rows, data: few, encoder },
    evidence,
    tools,
  });
  const out = new Map<string, Stages>();
  for (const baseline of beside)
    out.set(baseline.name, {
      known: await route(fold, llm, known.get(baseline.name)!),
      unseen: NOTHING,
      few: await scoresOf(await baseline.fit(few, evidence, tools)),
    });
  return out.set(LEARNED.name, {
    known: await route(fold, llm, known.get(LEARNED.name)!),
    unseen: await scoresOf(learned),
    few: await scoresOf(frozen),
  });
}

/** What each router predicted for a fold when it knew all LLMs. */
function knownOf(held: CrossValidated, fold: Fold): Map<string, Float32Array> {
  const { numLlms } = held.data;
  const first = held.foldOf.indexOf(fold.fold);
  return new Map(
    held.predictions.map((p) => [p.name, p.scores.subarray(first * numLlms, (first + fold.queries.length) * numLlms)]),
  );
}

/** The best single LLM, and the baseline that did best of those that read only text. */
function besideOf(held: CrossValidated): Baseline[] {
  const mean = ({ name }: Baseline): number =>
    meanOf(utilities(outcomesOf(held, held.predictions.find((p) => p.name === name)!.scores)));
  const [best] = BASELINES.filter((b) => !b.told && b !== bestSingle).toSorted((a, b) => mean(b) - mean(a));
  return [bestSingle, best!];
}

const averaged = (stages: readonly Stages[]): Stages =>
  Object.fromEntries(
    STAGES.map((s) => [
      s,
      { score: meanOf(stages.map((x) => x[s].score)), chosen: meanOf(stages.map((x) => x[s].chosen)) },
    ]),
  ) as Stages;

function cells({ known, unseen, few }: Stages): (number | null)[] {
  return [
    known.score,
    unseen.score,
    unseen.score - known.score,
    few.score,
    few.score - known.score,
    known.chosen,
    unseen.chosen,
    few.chosen,
  ].map(figure);
}

export interface NewLlmOptions {
  which: NewLlmRuns;
  backend: Backend;
  onProgress: Progress;
}

/** Each LLM in turn as one that has just arrived, as in figure 4 of RouteProfile (arXiv 2605.00180). */
export async function newLlmSection(
  held: CrossValidated,
  input: EvaluationInput,
  { which, backend: { tf }, onProgress }: NewLlmOptions,
): Promise<Measured> {
  const section = empty('new-llm', 'A new LLM');
  if (which === 'none') return leftOut(section, '--new-llm none was asked for.');
  const folds = which === 'fold' ? held.folds.slice(0, 1) : held.folds;
  const asked = loggedLlms(held.data);
  if (asked.length < 3)
    return leftOut(
      section,
      `it needs three LLMs with interactions, so that two are left to learn from; there are ${asked.length}.`,
    );
  const beside = besideOf(held);
  const found = asked.map(() => [] as Map<string, Stages>[]);
  for (const [f, fold] of folds.entries()) {
    const known = knownOf(held, fold);
    for (const [i, llm] of asked.entries()) {
      onProgress((f + i / asked.length) / folds.length, `new LLM ${held.data.llms[llm]}, fold ${fold.fold}`);
      const tools = { tf, rng: createRng(input.seed).fork(`new ${llm} ${fold.fold}`) };
      found[i]!.push(await makeNew(fold, input, { llm, known, beside, tools }));
    }
  }
  const ofRouter = (name: string): Stages[] => found.map((ofFolds) => averaged(ofFolds.map((of) => of.get(name)!)));
  const learned = ofRouter(LEARNED.name);
  const header = [
    'known',
    'new',
    'difference',
    `with ${FEW}`,
    'difference',
    'chosen when known',
    'when new',
    `with ${FEW}`,
  ];
  const digits = [0, 4, 4, 4, 4, 4, 3, 3, 3];
  return {
    ...section,
    notes: [
      'Every interaction of one LLM is kept from ' +
        `training${which === 'fold' ? ` (fold ${folds[0]!.fold} only)` : ''}; it stays a candidate, known by its ` +
        `declared facts alone, and then by ${FEW} interactions as well, with the same weights (nothing is ` +
        'trained again). Figures are the mean score of the chosen LLM, or the share of comparisons ranked right; ' +
        'chosen is the share of queries for which the LLM is the first choice.',
      `Baselines know nothing of an LLM without interactions (–); with ${FEW}, they are fitted again.`,
    ],
    tables: [
      {
        caption: 'The learned profile, by which LLM is new',
        header: ['new LLM', ...header],
        rows: [
          ...asked.map((llm, i) => [held.data.llms[llm]!, ...cells(learned[i]!)]),
          ['mean', ...cells(averaged(learned))],
        ],
        digits,
      },
      {
        caption: 'In the mean over LLMs, beside the best baseline that reads only text',
        header: ['router', ...header],
        rows: [...beside, LEARNED].map(({ name, title }) => [title, ...cells(averaged(ofRouter(name)))]),
        digits,
      },
    ],
  };
}
