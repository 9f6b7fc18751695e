import type { FeedbackReceipt, Interaction, Preference, Signal } from '../../schema/feedback.js';

/** The query of a row: its text, or where that is not kept, its SHA-256 in hexadecimal. */
export type OfQuery = { query: string; queryHash?: undefined } | { query?: undefined; queryHash: string };
type Recorded<T> = Omit<T, 'query'> & OfQuery;
export type RecordedInteraction = Recorded<Interaction>;
export type RecordedPreference = Recorded<Preference>;
export type RecordedSignal = Recorded<Signal>;

/** An interaction, preference or signal whose query and LLM are known: what the store writes as given. */
export type FeedbackRecord =
  | { kind: 'interaction'; value: RecordedInteraction }
  | { kind: 'preference'; value: RecordedPreference }
  | { kind: 'signal'; value: RecordedSignal };

/** What somebody wrote of an answer: a comment, or the answer as it should have been. */
export interface Comment {
  /** Milliseconds since the epoch. */
  at: number;
  kind: 'comment' | 'corrected';
  text: string;
}

/** The same as it is stored. */
export interface CommentRecord extends Comment {
  decision: string;
  /** SHA-256 of the query, in hexadecimal: a comment is forgotten with its text. */
  queryHash: string;
}

/** The records of one request. */
export interface FeedbackBatch {
  records: readonly FeedbackRecord[];
  comments?: readonly CommentRecord[];
  /** When the texts of all of it are forgotten, in milliseconds; as the settings of retention say unless given. */
  forgetAt?: number;
  /**
   * Nobody waits for it: unless it is written with others that somebody waits for, the disk is not, so that a power cut
   * may lose the last of it.
   */
  lazy?: boolean;
  /** `Idempotency-Key` of the request. */
  key?: string;
  /** SHA-256 of the request, in hexadecimal; given with `key`. */
  requestHash?: string;
  /** Who posted it; its keys are apart from those of others. */
  tenant?: string;
}

export interface AppendOptions {
  /**
   * What becomes of LLMs that nobody declared: they are candidates, unless what the catalogue's settings say of them is
   * asked for, `as_set`.
   */
  unknown?: 'candidate' | 'as_set';
}

/** What became of a batch. */
export interface StoredBatch {
  receipt: FeedbackReceipt;
  /** Whether it was written now; false where its key was used before. */
  stored: boolean;
}

/** How much was ever logged: what retention removes counts on. */
export interface LedgerCounts {
  /** Signals among them. */
  interactions: number;
  preferences: number;
  queries: number;
}

/** How long an LLM's answers on one task (null: without a task) were and took: sums, and how many were reported. */
export interface TaskUsage {
  task: string | null;
  completionTokens: number;
  completionTokensN: number;
  /** Sums of the logarithm of milliseconds (at least 1), and of its square. */
  logLatency: number;
  logLatencySquares: number;
  latencyN: number;
}

/** How an LLM has done over all its feedback; means are NaN where nothing was reported, and of scores by weight. */
export interface LlmStats {
  id: string;
  meanScore: number;
  /** Answers. */
  interactions: number;
  /** Scores, of answers and signals. */
  scored: number;
  wins: number;
  losses: number;
  /** Answers that failed. */
  failed: number;
  costUsd: number;
  /** What it is now, where it became another LLM on all tasks; else as above. */
  now: {
    /** Scores since. */
    scored: number;
    /** Mean and weight of its scores, those from before counting little; the mean is NaN without any. */
    meanScore: number;
    weight: number;
  };
  usage: readonly TaskUsage[];
}

/** The score of one answer, and where it stands in the log. */
export interface LoggedAnswer {
  position: number;
  model: string;
  query: string;
  task?: string;
  score: number;
  /** How much it counts, in (0, 1]. */
  weight: number;
}

/** Interactions, preferences and signals. */
export interface FeedbackStore {
  /**
   * Appends all records of all batches or none, registering LLMs, tasks and domains first seen here. A batch whose key
   * was used before, and is not expired, is not written again: its first receipt is answered, or, where `requestHash`
   * differs, an `idempotency_key_reused` error in its place. So is `unknown_model` or `catalog_full` in place of one
   * whose LLMs the settings refuse: nothing is written of that one. Durable once it resolves. Calls count in their
   * LLMs' breakers, and a decision that is named is in flight no longer. Throws `ledger_busy`, and `catalog_full`
   * unless `as_set`.
   */
  append(batches: readonly FeedbackBatch[], options?: AppendOptions): Promise<(StoredBatch | Error)[]>;
  /** What was written of the answers of decisions, in order of arrival; those without any are absent. */
  comments(decisions: readonly string[]): Promise<Map<string, Comment[]>>;
  counts(): Promise<LedgerCounts>;
  /** Position of the newest interaction; 0 where there is none. */
  position(): Promise<number>;
  /**
   * Scored answers that did not fail, of LLMs of the catalogue and of queries whose text is known, that stand after a
   * position: in the order in which they were committed, `limit` at most. Of the signals of a decision's answer,
   * one that was scored or failed before is none, unless it has more weight than what came before. `position` is where
   * to read on from: after fewer than `limit`, the newest of all.
   */
  after(position: number, limit: number): Promise<{ answers: LoggedAnswer[]; position: number }>;
  /** Statistics per LLM of the catalogue, by id: cheap, for scoring before anything is trained. */
  stats(): Promise<LlmStats[]>;
}
