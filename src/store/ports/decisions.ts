import type { DayRow, SlotRow } from '../../machines/day-sums.js';
import type { Outcome } from '../../schema/decision.js';

/** A decision as it is logged. */
export interface DecisionRecord {
  id: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Null where its text is not to be kept. */
  query: string | null;
  /** SHA-256 of the text, in hexadecimal; may be left out where the text is there. */
  queryHash?: string;
  task: string | null;
  model: string;
  version: string | null;
  router: string;
  policy: string;
  /** The rules it was made by, as JSON. */
  rules: string;
  /** The first of the ranking, the chosen one among them, as JSON; all of it of a cascade. */
  ranking: string;
  /** Who was excluded, and why, as JSON: the first of many. */
  excluded: string;
  /** Probability with which the LLM was chosen. */
  propensity: number;
  /** What a cascade was asked to reach, as JSON; null for a single call. */
  cascade: string | null;
  /** Who asked; null or left out where nobody told. */
  tenant?: string | null;
  /** Which arm of which experiment decided; null or left out for what was in force. */
  experiment?: string | null;
  arm?: string | null;
  /** Place of the unit that it was made for, see `Assigned`; given with the arm. */
  unit?: number | null;
  /** Whether the other arm would have chosen otherwise; null or left out where that is not known. */
  apart?: boolean | null;
  /** When its text is to be forgotten, in milliseconds, if not before; null or left out for as the settings say. */
  forgetAt?: number | null;
}

/** A decision as it is read back. */
export interface KeptDecision extends Omit<
  DecisionRecord,
  'tenant' | 'forgetAt' | 'experiment' | 'arm' | 'unit' | 'apart'
> {
  /** Null where it was never kept, or is forgotten. */
  query: string | null;
  /** SHA-256 of the text, in hexadecimal; where not even that was to be kept, of the decision's id. */
  queryHash: string;
  tenant: string | null;
  experiment: string | null;
  arm: string | null;
}

/**
 * Which decisions are listed: newest first, from before the decision `before`. Times in milliseconds, `to` excluded.
 */
export interface DecisionFilter {
  before?: string | undefined;
  model?: string | undefined;
  policy?: string | undefined;
  experiment?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
  limit: number;
}

/** Feedback of one day that named a decision. */
export interface ObservedDay {
  day: string;
  answers: number;
  /** Mean by weight of their scores and of signals; null where there is none. */
  score: number | null;
  /** Sum; null where none was reported. */
  cost_usd: number | null;
  errors: number;
}

/** The log of decisions. */
export interface DecisionStore {
  /**
   * Logs decisions, and adds to the sums per day and shorter steps. One that is there already is left as it is. Throws
   * `ledger_busy`.
   */
  append(decisions: readonly DecisionRecord[], sums?: readonly SlotRow[]): Promise<void>;
  /** Decisions by id; those that are not there are absent from the map. */
  get(ids: readonly string[]): Promise<Map<string, KeptDecision>>;
  list(filter: DecisionFilter): Promise<KeptDecision[]>;
  /** Interactions that named each of these decisions, in order of arrival; none for a decision without any. */
  outcomes(ids: readonly string[]): Promise<Map<string, Outcome[]>>;
  /** Sums of the days `from` to `to` (both taken), as 2026-11-25. */
  days(from: string, to: string): Promise<{ rows: DayRow[]; observed: ObservedDay[] }>;
  /** Removes what is too old or too much, a bounded part at a time; answers whether more is left to remove. */
  prune(): Promise<boolean>;
}
