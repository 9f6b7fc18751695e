import type { Rng } from '../base/rng.js';
import type { Rules } from '../schema/policy.js';
import type { RankedLlm } from '../schema/route.js';

/** Candidates of highest utility that chance is shared among: of more, the others are hardly ever the best. */
const MOST = 32;
/** Places at which utilities are held beside each other, over this many deviations to each side. */
const PLACES = 48;
const DEVIATIONS = 4;
/**
 * How far deviations count: they are wide, since part of what is not known of an LLM is not known of all of them alike,
 * and so are chances that rest on them whole (docs/learning.md).
 */
const COUNTED = 0.5;
/** Under this deviation a utility counts as known this well. */
const LEAST_DEVIATION = 1e-4;

/** Share of the standard normal distribution below `x`, to four digits (Zelen & Severo 1964). */
function below(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail =
    0.3989423 *
    Math.exp((-x * x) / 2) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x > 0 ? 1 - tail : tail;
}

/**
 * How likely each LLM of a ranking is to be the best `[ranking.length]`, adding up to 1: by its utility, as far as that
 * is known, each by itself (probability matching, Thompson 1933).
 */
export function chancesToBeBest(ranking: readonly Pick<RankedLlm, 'utility' | 'uncertainty'>[]): Float64Array {
  const chances = new Float64Array(ranking.length);
  const likely = Array.from(chances.keys())
    .toSorted((a, b) => ranking[b]!.utility - ranking[a]!.utility)
    .slice(0, MOST);
  const deviation = (i: number): number => Math.max(LEAST_DEVIATION, COUNTED * ranking[i]!.uncertainty);
  const low = Math.max(...likely.map((i) => ranking[i]!.utility - DEVIATIONS * deviation(i)));
  const high = Math.max(...likely.map((i) => ranking[i]!.utility + DEVIATIONS * deviation(i)));
  let before = likely.map(() => 0);
  for (let place = 0; place <= PLACES; place++) {
    const at = low + ((high - low) * place) / PLACES;
    const shares = likely.map((i) => below((at - ranking[i]!.utility) / deviation(i)));
    // That it lies between the last place and this one, and all others below.
    for (let k = 0; k < likely.length; k++) {
      let others = 1;
      for (let m = 0; m < likely.length; m++) if (m !== k) others *= (shares[m]! + before[m]!) / 2;
      chances[likely[k]!]! += (shares[k]! - before[k]!) * others;
    }
    before = shares;
  }
  const total = chances.reduce((sum, chance) => sum + chance, 0);
  return chances.map((chance) => chance / total);
}

/** Position of what is drawn by `chances`, which add up to 1. */
function drawn(chances: Float64Array, rng: Rng): number {
  let left = rng.next();
  for (let i = 0; i < chances.length; i++) if ((left -= chances[i]!) < 0) return i;
  return 0;
}

/** What exploration goes by, beside the rules. */
export interface Exploring {
  /**
   * Whether anything tells how well LLMs do on the query: until then, those that are good on average are no likelier
   * than others to be the best for it.
   */
  isLearned: boolean;
}

/** With which chance each LLM of a ranking is chosen `[ranking.length]`; null where it is the first for certain. */
export function chancesOf(
  ranking: readonly RankedLlm[],
  { exploration = 0, explore = 'evenly' }: Rules,
  { isLearned }: Exploring,
): Float64Array | null {
  if (exploration === 0) return null;
  const chances =
    explore === 'likely' && isLearned
      ? chancesToBeBest(ranking)
      : new Float64Array(ranking.length).fill(1 / ranking.length);
  for (let i = 0; i < chances.length; i++) chances[i]! *= exploration;
  chances[0]! += 1 - exploration;
  return chances;
}

/**
 * The first of a ranking, unless `exploration` leaves it to chance, and with which chance this one was chosen.
 *
 * @param ranking not empty
 */
export function explored(
  ranking: readonly RankedLlm[],
  rules: Rules,
  { rng, ...by }: Exploring & { rng: Rng },
): { chosen: RankedLlm['model']; propensity: number } {
  const chances = chancesOf(ranking, rules, by);
  const position = chances === null ? 0 : drawn(chances, rng);
  return { chosen: ranking[position]!.model, propensity: chances?.[position] ?? 1 };
}
