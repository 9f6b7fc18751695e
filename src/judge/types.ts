import type { CallMessage, JsonObject } from '../protocol/types.js';
import type { Answered } from './job.js';
import type { SampleFacts } from './sample.js';
import type { JudgeBacklog } from '../queue/types.js';

/** What is asked of an LLM for the judge. */
export interface AskOptions {
  /** The schema that its answer must fit; left out for text. */
  json?: { name: string; schema: JsonObject };
  /** Tokens that it may write at most. */
  maxOutputTokens: number;
  signal: AbortSignal;
}

/**
 * Calls an LLM of the catalogue; whoever gives it knows where that is. Rejects where it does not answer, with a message
 * that quotes neither texts nor secrets.
 */
export type Ask = (
  model: string,
  messages: readonly CallMessage[],
  options: AskOptions,
) => Promise<{
  text: string;
  /** US dollars; null where nobody knows. */
  costUsd: number | null;
}>;

/** Stores feedback, as `FeedbackService.post` does. */
export type Post = (feedback: unknown, options: { idempotencyKey: string; tenant?: string }) => Promise<unknown>;

/** What the service knows of judging beside what the ledger has, and where answers are offered to be judged. */
export interface JudgeView {
  /** See `Judging.offer`. */
  offer?(answered: Answered, facts: SampleFacts): void;
  /** See `Judging.compare`. */
  compare?(answered: Answered): void;
  /** See `Judging.score`. */
  score?(answered: Answered, signal: AbortSignal): Promise<number | null>;
  /** Throws `queue_unavailable`. */
  backlog(): Promise<JudgeBacklog>;
  /** Verdicts of this process, by the LLM that answered. */
  judged(): ReadonlyMap<string, number>;
  /** Why an LLM can't be called; undefined where it can. */
  uncallable?(model: string): string | undefined;
}
