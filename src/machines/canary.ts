import type { Canary, Margins } from '../schema/experiment.js';
import {
  differenceIn,
  harmOf,
  inWords,
  marginOf,
  MEASURES,
  type ArmSums,
  type Harm,
  type Measure,
} from './measures.js';
import { differenceOf, type Difference, type Sums } from './sequential.js';

export { MEASURES, type ArmSums, type Measure } from './measures.js';

/** What a test that may be looked at any time says of a candidate beside its control. */
export interface CanaryVerdict {
  /**
   * `worse`: in this measure it surely is worse, and by the margin or more as far as is seen; `not_worse`: surely by
   * less than the margins, in all measures that are known.
   */
  verdict: 'worse' | 'not_worse' | 'open';
  /** Null where no measure decided. */
  measure: Measure | null;
  why: string;
}

/** What becomes of a canary. */
export type CanaryMove = { move: 'stay' | 'step' | 'promote' | 'roll_back'; why: string };

export interface CanaryProgress {
  /** Which step it is in, from 0. */
  step: number;
  /** Answers of the candidate in this step. */
  answers: number;
}

/** Chance that a candidate that is no worse in anything is ever called worse. */
export const CANARY_ALPHA = 0.05;

/**
 * Of both sides of each measure's interval. Quality has half of them all: it takes the most answers to tell, and the
 * others hardly take more with less.
 */
const ALPHAS: Readonly<Record<Measure, number>> = {
  quality: CANARY_ALPHA,
  errors: CANARY_ALPHA / 3,
  latency: CANARY_ALPHA / 3,
  cost: CANARY_ALPHA / 3,
};

/** Quality of the answers to one task's queries, or to a kind's. */
export interface TaskSums {
  task: string;
  candidate: Sums;
  control: Sums;
}

export interface VerdictOptions {
  tasks?: readonly TaskSums[];
  /**
   * Where only answers count for which the other arm would have asked another LLM: their share of all answers. Margins
   * are of all answers, and as many times wider among these.
   */
  differing?: number;
}

/** What is known of a measure, or of quality on a task. */
interface Known {
  measure: Measure;
  harm: Harm;
  margin: number;
  words: string;
}

function known(measure: Measure, on: string, difference: Difference, margin: number): Known {
  const words = `${inWords(measure, difference)}${on}`;
  return { measure, harm: harmOf(measure, difference), margin, words };
}

/** Of each task; tasks share `alpha` as they share the answers. */
function ofTasks(tasks: readonly TaskSums[], alpha: number, margin: number): Known[] {
  const all = tasks.reduce((sum, { candidate, control }) => sum + candidate.n + control.n, 0);
  return tasks
    .filter(({ candidate, control }) => candidate.n > 0 && control.n > 0)
    .map(({ task, candidate, control }) => {
      const part = (alpha * (candidate.n + control.n)) / all;
      const difference = differenceOf(candidate, control, { alpha: part, values: 'fractions' });
      return known('quality', ` on ${task}`, difference, margin);
    });
}

/**
 * Whether a candidate is worse than its control, at any look. Each measure has an interval of two sides, of which one
 * can be wrong by calling the candidate worse: so each side has the measure's part of {@link CANARY_ALPHA}, whether or
 * not the others are known, and all together call a candidate worse that is no worse in anything with a chance of
 * {@link CANARY_ALPHA} at most, however often they are looked at. Where tasks are given, they have half of quality's
 * part. The rules, in this order:
 *
 * 1. `worse`, if in some measure, or in quality on some task, the interval has no place for "as good", and the mean is
 *    worse by the margin or more; of several, the first of {@link MEASURES}, before tasks.
 * 2. `open`, if a measure that an arm has values of has a place for "worse by the margin"; the first of these is named.
 *    A margin of nothing (0 points, 1 time) stays open until the candidate is better.
 * 3. `open`, if no measure has values; else `not_worse`.
 *
 * A candidate that is worse by less than the margins is not called worse for long: with more answers it is `not_worse`.
 */
export function verdictOf(
  candidate: ArmSums,
  control: ArmSums,
  margins: Margins,
  { tasks = [], differing = 1 }: VerdictOptions = {},
): CanaryVerdict {
  const alphas = { ...ALPHAS, quality: tasks.length > 0 ? ALPHAS.quality / 2 : ALPHAS.quality };
  const margin = (measure: Measure): number => marginOf(measure, margins, differing);
  const measures = MEASURES.filter((measure) => candidate[measure].n > 0 || control[measure].n > 0).map((measure) =>
    known(measure, '', differenceIn(measure, candidate, control, alphas[measure]), margin(measure)),
  );
  const worse = [...measures, ...ofTasks(tasks, ALPHAS.quality / 2, margin('quality'))].find(
    (one) => one.harm.low > 0 && one.harm.mean >= one.margin,
  );
  if (worse !== undefined) return { verdict: 'worse', measure: worse.measure, why: `worse: ${worse.words}` };
  const open = measures.find((one) => one.harm.high >= one.margin);
  if (open !== undefined) return { verdict: 'open', measure: null, why: `too few answers to tell: ${open.words}` };
  if (measures.length === 0) return { verdict: 'open', measure: null, why: 'nothing was seen yet' };
  const why = `within the margins: ${measures.map(({ words }) => words).join(', ')}`;
  return { verdict: 'not_worse', measure: null, why };
}

/**
 * What becomes of a canary. The rules, in this order:
 *
 * 1. It is rolled back as soon as it is `worse`, in any step, however few answers the step has had.
 * 2. It stays while its step has had fewer answers than it asks for.
 * 3. It goes to the next step, if there is one, whether the verdict is `open` or `not_worse`.
 * 4. In the last step it is promoted once it is `not_worse`, if that is `auto`; it stays otherwise.
 */
export function moveOf(
  { steps, promote }: Pick<Canary, 'steps' | 'promote'>,
  { step, answers }: CanaryProgress,
  { verdict, why }: CanaryVerdict,
): CanaryMove {
  if (verdict === 'worse') return { move: 'roll_back', why };
  const place = Math.min(step, steps.length - 1);
  const asked = steps[place]!.answers;
  if (answers < asked) return { move: 'stay', why: `${answers} of the ${asked} answers of step ${place + 1}` };
  const next = steps[place + 1];
  if (next !== undefined)
    return { move: 'step', why: `${answers} answers in step ${place + 1}: on to a share of ${next.share}` };
  if (verdict === 'open') return { move: 'stay', why };
  if (promote === 'manual') return { move: 'stay', why: `waits to be promoted: ${why}` };
  return { move: 'promote', why };
}
