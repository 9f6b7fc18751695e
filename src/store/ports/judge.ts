/** What judging came to on a day (UTC), in all processes. */
export interface JudgeDay {
  /** `2026-11-29`. */
  day: string;
  /** US dollars, those that are claimed and not settled among them. */
  spentUsd: number;
  judged: number;
  /** Sampled, and not judged. */
  dropped: number;
}

/** What a judge said of the answer of a decision; without any text. */
export interface Verdict {
  decision: string;
  /** The LLM that answered, and the one that judged. */
  model: string;
  judge: string;
  /** Names how it was graded: of one judge, verdicts of one form can be compared. */
  form: string;
  /** The LLM whose answer it was compared with; null where it was graded by itself. */
  against: string | null;
  /** As a score in [0, 1], and as it was posted, after its bias was corrected. */
  raw: number;
  value: number;
  /** Milliseconds since the epoch. */
  at: number;
}

/** A verdict on an answer that people scored, too. */
export interface JudgedPair {
  model: string;
  raw: number;
  value: number;
  /** Mean of people's scores of the same answer. */
  people: number;
}

/** What is claimed of a day's budget before a judge is asked. */
export interface JudgeClaim {
  /** What it is expected to cost, in US dollars. */
  usd: number;
  budgetUsd: number;
}

/** How a claim ended. */
export interface JudgeSettlement {
  /** The day and the US dollars that were claimed. */
  day: string;
  claimedUsd: number;
  spentUsd: number;
  /** Null where the judge gave none. */
  verdict: Verdict | null;
}

/** What judges said, and what may be spent on them a day: the same for all processes, and after a restart. */
export interface JudgeStore {
  /**
   * Claims US dollars of today's budget where all of them are left; else an answer counts as dropped. `ledger_busy` is
   * thrown, as by every verb that writes.
   */
  claim(claim: JudgeClaim): Promise<{ granted: boolean; day: string }>;
  /**
   * Puts what was spent in the place of what was claimed, and keeps the verdict. Of a decision that has one already,
   * that one stays; answers the one that is kept.
   */
  settle(settlement: JudgeSettlement): Promise<Verdict | null>;
  /** Counts sampled answers that are not judged. */
  drop(count: number): Promise<void>;
  today(): Promise<JudgeDay>;
  /** The verdict on a decision's answer; undefined where there is none. */
  verdict(decision: string): Promise<Verdict | undefined>;
  /**
   * Of verdicts of a judge and form, newest first, `limit` before a position: those on answers that people scored.
   * People's scores are those of interactions that name the decision, signals of the source `user`, and `thumb`,
   * `score` and `correction` without a source. `next` is where to read on; null at the end.
   */
  pairs(of: {
    judge: string;
    form: string;
    before?: number | undefined;
    limit: number;
  }): Promise<{ pairs: JudgedPair[]; next: number | null }>;
}
