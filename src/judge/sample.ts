import type { Rng } from '../base/rng.js';
import type { JudgeSettings } from '../schema/judge.js';
import type { RankedLlm } from '../schema/route.js';

/** What is known of an answer before anybody judges it. */
export interface SampleFacts {
  /** Id of the key that asked; null without one. */
  key: string | null;
  policy: string;
  ranking: readonly Pick<RankedLlm, 'quality' | 'uncertainty'>[];
}

type Shares = Pick<JudgeSettings, 'share' | 'uncertain_share' | 'by_policy' | 'by_key'>;

const own = (shares: Readonly<Record<string, number>>, name: string | null): number | undefined =>
  name !== null && Object.hasOwn(shares, name) ? shares[name] : undefined;

/**
 * Whether the two candidates of highest expected quality are nearer to each other than one standard deviation of their
 * difference: a verdict there tells most.
 */
export function isUncertain(ranking: SampleFacts['ranking']): boolean {
  const [best, second] = ranking.toSorted((a, b) => b.quality - a.quality);
  if (best === undefined || second === undefined) return false;
  return best.quality - second.quality < Math.hypot(best.uncertainty, second.uncertainty);
}

/**
 * Probability with which an answer is judged: it does not depend on how good the answer is. A key or policy whose share
 * is 0 is never judged, uncertain or not.
 */
export function shareOf(settings: Shares, { key, policy, ranking }: SampleFacts): number {
  const named = own(settings.by_key, key) ?? own(settings.by_policy, policy);
  if (named === 0) return 0;
  return Math.min(1, (named ?? settings.share) + (isUncertain(ranking) ? settings.uncertain_share : 0));
}

export const isSampled = (settings: Shares, facts: SampleFacts, rng: Rng): boolean =>
  rng.next() < shareOf(settings, facts);
