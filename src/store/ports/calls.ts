import type { Api, Finish } from '../../protocol/types.js';

/** One call through the model endpoint, as it went. One decision has one: the call whose answer was sent. */
export interface CallRecord {
  decision: string;
  /** When it ended, in milliseconds since the epoch. */
  at: number;
  api: Api;
  model: string;
  provider: string | null;
  /** SHA-256 of whose conversation it is, in hexadecimal; null where there is none. */
  session: string | null;
  tenant: string | null;
  /** HTTP status that was answered; 499 where the client went away first. */
  status: number;
  /** Class of the error: `timeout`, `rate_limited`, `provider_error`, `broken_stream`, …; null where there is none. */
  error: string | null;
  /** Calls that failed before this one. */
  failed: number;
  /** Until the first byte of the answer, and until its last. */
  ttftMs: number | null;
  totalMs: number;
  promptTokens: number | null;
  completionTokens: number | null;
  cachedTokens: number | null;
  cacheWrittenTokens: number | null;
  reasoningTokens: number | null;
  costUsd: number | null;
  finish: Finish | null;
}

/** Calls through the model endpoint. They are kept as long as decisions: those from before the oldest are removed. */
export interface CallStore {
  /** Appends calls; one whose decision is there already is left as it is. Throws `ledger_busy`. */
  append(calls: readonly CallRecord[]): Promise<void>;
  /** By decision; those that are not there are absent from the map. */
  get(decisions: readonly string[]): Promise<Map<string, CallRecord>>;
  /** The newest of a conversation; undefined where there is none. */
  last(session: string): Promise<CallRecord | undefined>;
  /** The newest of a conversation, `limit` at most, newest first. */
  of(session: string, limit: number): Promise<CallRecord[]>;
}
