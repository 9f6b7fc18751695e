import type { Overlap } from '../../schema/preview.js';
import { effectiveSize, weightsOf, type Chances, type DecisionLog } from './log.js';

/** With fewer decisions that tell, or more choices that the log could not have made, an estimate is hardly one. */
const FEWEST_EFFECTIVE = 100;
const MOST_UNSUPPORTED = 0.05;
/** What is proposed: this share of decisions by chance, until intervals of quality reach so far to each side. */
const EXPLORATION = 0.1;
const REACH = 0.02;
const Z = 1.96;
/** Standard errors that the mean weight may be below 1 by chance. */
const ERRORS = 3;

/** What is judged, and what it is like. */
export interface OverlapInput {
  log: DecisionLog;
  chances: Chances;
  /** Share of decisions for which the policy's first choice is not that of the policy in force. */
  differ: number;
  /** Candidates of a decision, in the mean. */
  candidates: number;
  /** Standard deviation of what scores are beyond what is predicted. */
  deviation: number;
  /** Decisions with a score that come in a day; null where their times are not known. */
  perDay: number | null;
}

/**
 * Share of a policy's choices that the log could not have made: of decisions that were certain, those that it makes
 * otherwise; and what mean weights lack to 1, which they are where every choice has a chance.
 */
function unsupportedOf(log: DecisionLog, chances: Chances, weights: Float64Array): number {
  const n = weights.length;
  if (n === 0) return 1;
  let [certain, explored, sum, squares] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    if (log.propensity[i]! >= 1) certain += 1 - chances[i * log.models.length + log.chosen[i]!]!;
    else {
      explored++;
      sum += weights[i]!;
      squares += weights[i]! ** 2;
    }
  }
  if (explored === 0) return certain / n;
  const mean = sum / explored;
  const error = Math.sqrt(Math.max(0, squares / explored - mean ** 2) / explored);
  return certain / n + (explored / n) * Math.max(0, 1 - mean - ERRORS * error);
}

/** To two digits. */
const roughly = (count: number): number => Number(count.toPrecision(2));

/**
 * How many decisions that explore evenly would tell: the variance of an estimate is that of a score times the mean
 * square of weights, which is that of the choices that differ, mostly.
 */
function wouldDo({ differ, candidates, deviation, perDay }: OverlapInput): NonNullable<Overlap['would_do']> {
  const k = Math.max(2, candidates);
  const squares = (1 - differ) / (1 - EXPLORATION + EXPLORATION / k) + (differ * k) / EXPLORATION;
  const decisions = Math.max(1, roughly(Math.ceil(((Z * deviation) / REACH) ** 2 * squares)));
  const days = perDay === null || perDay === 0 ? null : roughly(decisions / perDay);
  return { exploration: EXPLORATION, decisions, days };
}

/** How far a log has what a policy would choose, and where it has not, how much exploration for how long would do. */
export function overlapOf(input: OverlapInput): Overlap {
  const { log, chances } = input;
  const weights = weightsOf(log, chances);
  const effective = effectiveSize(weights);
  const unsupported = unsupportedOf(log, chances, weights);
  const enough = effective >= FEWEST_EFFECTIVE && unsupported <= MOST_UNSUPPORTED;
  const would = enough ? null : wouldDo(input);
  const days = would?.days ? ` (${would.days} days as they come now)` : '';
  return {
    enough,
    effective: Math.round(effective * 10) / 10,
    unsupported: Math.round(unsupported * 1e4) / 1e4,
    words:
      would === null
        ? 'enough overlap'
        : `not enough overlap: exploration ${EXPLORATION} for about ${would.decisions.toLocaleString('en')} ` +
          `decisions with a score${days} would do`,
    would_do: would,
  };
}
