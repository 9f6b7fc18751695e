import type { Rng } from '../base/rng.js';
import { pairedInterval, type Interval, type LoggingPolicy } from '../measure/off-policy.js';
import { outcomesOf, utilities, type Outcomes } from '../measure/outcomes.js';
import { LEARNED, ORACLE, type HeldOut, type Prediction } from '../measure/predictions.js';
import { signed } from '../measure/signed.js';
import { INCUMBENT } from '../router/best-single.js';
import { compare, REFERENCE, servedInstead, type Verdict } from './gate.js';

/** So much worse may a profile be, by its interval, and still serve. */
const MARGIN = 0.01;
/** Standard errors to either side of an interval, one-sided at 5%; and of one among nine rivals. */
const ERRORS = 1.645;
const RIVAL_ERRORS = 2.54;

/**
 * From this share of scores with logged propensities on, a service explores by itself, and goes on to: turns of
 * conversations that stay with their LLM have none.
 */
const EXPLORED = 0.25;

/** A profile of fewer queries is mostly chance: it is not tried. */
const FEWEST_TRIED = 400;

/** Fewer answers of LLMs that one router chooses and another does not say nothing, however rarely they were asked. */
const FEWEST_TOLD = 20;

/** On how many queries two routers choose otherwise, and how many of these the one's choice answered. */
function differing({ data, queries }: HeldOut, one: Outcomes, other: Outcomes): { apart: number; told: number } {
  const { start, llm } = data.evidence;
  const places = [...queries.keys()].filter((i) => one.chosen[i] !== other.chosen[i]);
  const answered = places.filter((i) =>
    llm.subarray(start[queries[i]!]!, start[queries[i]! + 1]!).includes(one.chosen[i]!),
  );
  return { apart: places.length, told: answered.length };
}

/** What a log of one answer a query is judged by. */
export interface OffPolicyInput {
  /** Queries that no prediction has learned from the answers to, and how LLMs came to be asked. */
  heldOut: HeldOut & { policy: LoggingPolicy };
  /** As {@link judge} takes them. */
  predictions: readonly Prediction[];
  /** Name of the prediction of what serves now, or, on a first run, of the best single LLM. */
  current: string;
  /** Whether it serves already. */
  serving: boolean;
}

/** A difference in words. */
const inWords = ({ mean, low, high }: Interval): string =>
  Number.isFinite(low)
    ? `${signed(mean, 3)} (${signed(low, 3)} to ${signed(high, 3)})`
    : `${signed(mean, 3)} (where they differ, too few answers tell)`;

/**
 * The verdict on a log whose queries have one answer each: what every router would have earned is estimated (see
 * `doublyRobust`), and the profile serves only where the interval of its difference to what serves now says that
 * it is at most {@link MARGIN} worse, and so that of its difference to the reference of its line. On a first run what
 * serves is the best single LLM. What cannot be told replaces nothing.
 */
export function judgeOffPolicy({ heldOut, predictions: all, current, serving }: OffPolicyInput, rng: Rng): Verdict {
  // An oracle of the logged answers would always choose the one that was asked.
  const predictions = all.filter(({ name }) => name !== ORACLE.name);
  const outcomes = new Map(predictions.map((p) => [p.name, outcomesOf(heldOut, p.scores)]));
  const worth = new Map([...outcomes].map(([name, of]) => [name, utilities(of)]));
  const apart = (name: string, than: string, errors: number): Interval => {
    const interval = pairedInterval(worth.get(name)!, worth.get(than)!, errors);
    const { apart: apartOn, told } = differing(heldOut, outcomes.get(name)!, outcomes.get(than)!);
    if (apartOn === 0 || told >= FEWEST_TOLD) return interval;
    // Where they hardly differ, it is known all the same that little can be lost.
    const most = apartOn / interval.pairs;
    const bound = most <= MARGIN ? most : Infinity;
    return { ...interval, mean: Math.max(-bound, Math.min(bound, interval.mean)), low: -bound, high: bound };
  };
  const comparison = compare(heldOut, predictions, worth, rng);
  const title = (name: string): string => predictions.find((p) => p.name === name)!.title;
  const rivals = comparison
    .filter(({ name, told }) => !told && name !== LEARNED.name && name !== current)
    .toSorted((a, b) => b.mean! - a.mean!)
    .map(({ name }) => name);
  // Of what serves and the reference of its line, the one that it is less surely as good as.
  const [beside, difference] = [current, REFERENCE]
    .filter((name) => worth.has(name))
    .map((name) => [name, apart(LEARNED.name, name, ERRORS)] as const)
    .reduce((a, b) => (b[1].low < a[1].low ? b : a));
  const { pairs, low, high } = difference;
  const from = `estimated off-policy from ${pairs} queries of one answer each, ${propensitiesIn(heldOut.policy)}`;
  const measured = `${inWords(difference)} beside ${title(beside)}, ${from}`;
  // Where chance goes on to choose, what is let in by mistake is found out and does little harm; what is kept out by
  // caution is asked little more than it was, so that it could not be told a night later either.
  const tried = low < -MARGIN && high >= 0 && pairs >= FEWEST_TRIED && heldOut.policy.logged >= EXPLORED;
  const passes = tried || low >= -MARGIN;
  const over = passes ? LEARNED.name : current;
  const baseline = rivals.find((name) => apart(name, over, RIVAL_ERRORS).low > 0);
  const by = (verdict: string): Omit<Verdict, 'status' | 'serve' | 'baseline'> => ({
    comparison,
    reason: `${verdict}: ${measured}`,
  });
  if (baseline !== undefined)
    return {
      status: passes ? 'rejected' : 'accepted',
      ...servedInstead(baseline),
      ...by(`${title(baseline)} is better than ${passes ? 'it' : 'what serves'}; it is itself`),
    };
  if (passes) {
    const verdict = low > 0 ? 'better' : tried ? 'tried, as nothing says that it is worse' : 'not worse';
    return { status: 'accepted', serve: 'learned', baseline: null, ...by(verdict) };
  }
  const stays = serving
    ? ({ serve: 'in-force', baseline: null } as const)
    : ({ serve: 'baseline', baseline: current } as const);
  if (high < 0) return { status: 'rejected', ...stays, ...by('worse') };
  const { reason } = by('cannot be judged');
  return { status: 'accepted', ...stays, comparison, reason: `${reason}${wanted(difference, heldOut.policy)}` };
}

/** Where the propensities come from, in words. */
function propensitiesIn({ logged }: LoggingPolicy): string {
  if (logged === 0) return 'with estimated propensities';
  return logged === 1
    ? 'with logged propensities'
    : `with propensities logged for ${Math.round(100 * logged)}% and else estimated`;
}

/** How many more scores, and of which LLM most of all, would narrow a difference down to the margin. */
function wanted({ pairs, mean, low }: Interval, { propensity }: LoggingPolicy): string {
  const more = Math.ceil(pairs * (((mean - low) / Math.max(MARGIN, mean + MARGIN)) ** 2 - 1));
  if (!Number.isFinite(more) || more <= 0) return '';
  const most = propensity.reduce((first, share, l) => (share > propensity[first]! ? l : first), 0);
  const few =
    propensity[most]! > INCUMBENT ? ', fewer if other LLMs than the one that is mostly asked get more of them' : '';
  return `; about ${more} more scored answers like these would tell${few}`;
}
