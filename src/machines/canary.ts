import type { Canary, Margins } from '../schema/experiment.js';
import { differenceIn, harmOf, inWords, marginOf, MEASURES, type ArmSums, type Measure } from './measures.js';

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
 * What each measure has of that chance. Quality has half: it takes the most answers to tell, and the others hardly take
 * more with less.
 */
const PART: Readonly<Record<Measure, number>> = { quality: 1 / 2, errors: 1 / 6, latency: 1 / 6, cost: 1 / 6 };

/**
 * Whether a candidate is worse than its control, at any look. Each measure has an interval of two sides, of which one
 * can be wrong by calling the candidate worse: so each side has the measure's part of {@link CANARY_ALPHA}, whether or
 * not the others are known, and all together call a candidate worse that is no worse in anything with a chance of
 * {@link CANARY_ALPHA} at most, however often they are looked at. The rules, in this order:
 *
 * 1. `worse`, if in some measure the interval has no place for "as good", and the mean is worse by the margin or more;
 *    of several, the first of {@link MEASURES}.
 * 2. `open`, if a measure that an arm has values of has a place for "worse by the margin"; the first of these is named.
 *    A margin of nothing (0 points, 1 time) stays open until the candidate is better.
 * 3. `open`, if no measure has values; else `not_worse`.
 *
 * A candidate that is worse by less than the margins is not called worse for long: with more answers it is `not_worse`.
 */
export function verdictOf(candidate: ArmSums, control: ArmSums, margins: Margins): CanaryVerdict {
  const known = MEASURES.filter((measure) => candidate[measure].n > 0 || control[measure].n > 0).map((measure) => {
    const difference = differenceIn(measure, candidate, control, 2 * CANARY_ALPHA * PART[measure]);
    return { measure, difference, harm: harmOf(measure, difference), margin: marginOf(measure, margins) };
  });
  const worse = known.find(({ harm, margin }) => harm.low > 0 && harm.mean >= margin);
  if (worse !== undefined)
    return { verdict: 'worse', measure: worse.measure, why: `worse: ${inWords(worse.measure, worse.difference)}` };
  const open = known.find(({ harm, margin }) => harm.high >= margin);
  if (open !== undefined)
    return {
      verdict: 'open',
      measure: null,
      why: `too few answers to tell: ${inWords(open.measure, open.difference)}`,
    };
  if (known.length === 0) return { verdict: 'open', measure: null, why: 'nothing was seen yet' };
  const words = known.map(({ measure, difference }) => inWords(measure, difference)).join(', ');
  return { verdict: 'not_worse', measure: null, why: `within the margins: ${words}` };
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
