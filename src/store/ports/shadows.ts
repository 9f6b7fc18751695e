import type { ShadowSums } from '../../machines/shadow-sums.js';
import type { ExpectedOfBoth } from '../../schema/shadow.js';

/** Disagreements of a shadow that are kept: the newest. */
export const MOST_DISAGREEMENTS = 1_000;

/** A decision that a shadow would have made otherwise, without any text. */
export interface ShadowDisagreement {
  decision: string;
  /** When it was decided, in milliseconds since the epoch. */
  at: number;
  /** The LLM that was chosen, and the one that the shadow would have chosen. */
  model: string;
  candidate: string;
  /** Null where it was judged before it was written. */
  expected: ExpectedOfBoth | null;
  /** 1 where the answer of the chosen one was better, 0 where it was worse, ½ for neither; null where nobody judged. */
  raw: number | null;
}

/** What a shadow came to since it was written last. */
export interface ShadowNews {
  experiment: string;
  sums: ShadowSums;
  disagreements: readonly Omit<ShadowDisagreement, 'raw'>[];
}

/** What a shadow came to. */
export interface ShadowTotals {
  sums: ShadowSums;
  /** Disagreements that were judged, by who was better. */
  wins: number;
  losses: number;
  ties: number;
  /** US dollars, those that are claimed and not settled among them. */
  spentUsd: number;
}

/** How a claim ended. */
export interface ShadowSettlement {
  experiment: string;
  claimedUsd: number;
  spentUsd: number;
  /** Null where the judge gave none. */
  verdict: (Required<Omit<ShadowDisagreement, 'expected' | 'raw'>> & { raw: number }) | null;
}

/**
 * What shadows would have decided: the same for all processes, and after a restart. It goes with the experiment: what
 * comes of one that is no longer there is not kept. Verbs that write throw `ledger_busy`.
 */
export interface ShadowStore {
  /** Adds what shadows came to. Of disagreements, each shadow keeps the newest {@link MOST_DISAGREEMENTS}. */
  add(news: readonly ShadowNews[]): Promise<void>;
  /** Zeros where nothing was compared yet. */
  totals(experiment: string): Promise<ShadowTotals>;
  /** The newest first, `limit` from before a decision. */
  disagreements(
    experiment: string,
    page: { before?: string | undefined; limit: number },
  ): Promise<ShadowDisagreement[]>;
  /** Whether a disagreement was judged. */
  isJudged(experiment: string, decision: string): Promise<boolean>;
  /** Claims US dollars of the budget of a shadow that is still there, where all are left; answers whether it did. */
  claim(claim: { experiment: string; usd: number; budgetUsd: number }): Promise<boolean>;
  /** Puts what was spent in the place of what was claimed, and counts the verdict, a disagreement's first alone. */
  settle(settlement: ShadowSettlement): Promise<void>;
}
