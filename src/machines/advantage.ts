import { differenceOf, evidenceAgainst } from './sequential.js';
import type { Sums } from './sums.js';

/** Answers of two LLMs to the same queries that were compared, as the candidate sees it. */
export interface Tally {
  wins: number;
  losses: number;
  ties: number;
}

/** As good as certain: so many values are the control whose mean is ½, which a candidate that is no better scores. */
const EVEN: Sums = { n: 1e9, mean: 0.5, m2: 0 };

/** A win scores 1, a tie ½. */
function sumsOf({ wins, losses, ties }: Tally): Sums {
  const n = wins + losses + ties;
  if (n === 0) return { n: 0, mean: 0, m2: 0 };
  const mean = (wins + ties / 2) / n;
  return { n, mean, m2: wins * (1 - mean) ** 2 + losses * mean ** 2 + ties * (0.5 - mean) ** 2 };
}

/** Nats of evidence that wins and losses are not even; see {@link evidenceAgainst}. */
export const evidenceAgainstEven = (tally: Tally): number => evidenceAgainst(0, sumsOf(tally), EVEN, 'fractions');

/**
 * Share of wins less share of losses, in [−1, 1], with an interval that may be looked at any time: it leaves out the
 * truth at any of all looks with a chance of `alpha`, .05 unless given; see {@link differenceOf}. Null of nothing.
 */
export function advantageOf(tally: Tally, alpha?: number): { mean: number; low: number; high: number } | null {
  const sums = sumsOf(tally);
  if (sums.n === 0) return null;
  const { low, high } = differenceOf(sums, EVEN, { values: 'fractions', ...(alpha !== undefined && { alpha }) });
  return { mean: 2 * sums.mean - 1, low: Math.max(-1, 2 * low), high: Math.min(1, 2 * high) };
}
