import { oneLine } from '../base/plain-text.js';
import type { AnswerFacts, Call } from '../protocol/types.js';
import type { InteractionFeedback } from '../schema/feedback.js';
import type { DecisionId, LlmId } from '../schema/ids.js';
import type { LlmProfile } from '../schema/profile.js';
import type { CallRecord } from '../store/ports/calls.js';
import { costOf } from './cost.js';
import type { FailedCall } from './failover.js';

/** A call that is over. */
export interface EndedCall {
  decision: string;
  call: Call;
  /** The LLM that answered, or was to. */
  model: string;
  provider: string | null;
  profile: LlmProfile | undefined;
  session: string | null;
  tenant: string | null;
  status: number;
  error: string | null;
  /** What the client is told of it, or the log of it; null where there is no error. */
  message: string | null;
  failed: readonly FailedCall[];
  /** Null where nothing of an answer was seen. */
  facts: AnswerFacts | null;
  ttftMs: number | null;
  totalMs: number;
  at: number;
}

/** HTTP status of a call whose client went away. */
export const CLIENT_GONE = 499;
/** Class of a call whose request its provider refused, by the client's own fault. */
export const REFUSED = 'refused';

/** What was said of a failure, on one line, as long as feedback takes it. */
const shown = (message: string): string => oneLine(message.slice(0, 1000)) || 'failed';

/** Milliseconds to the microsecond. */
const toMicroseconds = (ms: number): number => Math.round(ms * 1000) / 1000;

/** The record of a call. */
export function recordOf(ended: EndedCall): CallRecord {
  const { call, facts, profile } = ended;
  const usage = facts?.usage ?? null;
  return {
    decision: ended.decision,
    at: ended.at,
    api: call.api,
    model: ended.model,
    provider: ended.provider,
    session: ended.session,
    tenant: ended.tenant,
    status: ended.status,
    error: ended.error,
    failed: ended.failed.length,
    ttftMs: ended.ttftMs === null ? null : toMicroseconds(ended.ttftMs),
    totalMs: toMicroseconds(ended.totalMs),
    promptTokens: usage?.prompt ?? null,
    completionTokens: usage?.completion ?? null,
    cachedTokens: usage?.cached ?? null,
    cacheWrittenTokens: usage?.cacheWritten ?? null,
    reasoningTokens: usage?.reasoning ?? null,
    costUsd: usage === null ? null : costOf(usage, profile),
    finish: facts?.finish ?? null,
  };
}

/** An LLM failed where each of its calls did; one that could not be asked what is asked has not. */
function failuresBefore(ended: EndedCall): FailedCall[] {
  const byModel = new Map(ended.failed.flatMap((one) => (one.failure === 'unfit' ? [] : [[one.model, one]])));
  byModel.delete(ended.model);
  return [...byModel.values()];
}

/**
 * The interactions of a call: the answer, without a score, and LLMs that failed before. An answer that the client broke
 * off, or whose request was refused, is none: it says nothing of the LLM.
 */
export function interactionsOf(ended: EndedCall): InteractionFeedback[] {
  const { status, error, facts, profile } = ended;
  const decision = ended.decision as DecisionId;
  const failed = failuresBefore(ended).map(({ model, message, latencyMs }): InteractionFeedback => ({
    decision_id: decision,
    model: model as LlmId,
    error: shown(message),
    latency_ms: toMicroseconds(latencyMs),
  }));
  if (status === CLIENT_GONE || error === REFUSED) return failed;
  const usage = facts?.usage ?? null;
  const cost = usage === null ? null : costOf(usage, profile);
  return [
    ...failed,
    {
      decision_id: decision,
      model: ended.model as LlmId,
      latency_ms: toMicroseconds(ended.totalMs),
      ...(usage !== null && { prompt_tokens: usage.prompt, completion_tokens: usage.completion }),
      ...(cost !== null && { cost_usd: cost }),
      ...(ended.message !== null && { error: shown(ended.message) }),
    },
  ];
}
