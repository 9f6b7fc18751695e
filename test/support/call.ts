import type { CallRecord } from '../../src/store/ports/calls.js';

/** A call as it is recorded, with nothing odd about it. */
export function callRecord(decision: string, more: Partial<CallRecord> = {}): CallRecord {
  return {
    decision,
    at: 1,
    api: 'chat',
    model: 'm',
    provider: 'p',
    session: null,
    tenant: null,
    status: 200,
    error: null,
    failed: 0,
    ttftMs: 12.5,
    totalMs: 250.25,
    promptTokens: 100,
    completionTokens: 20,
    cachedTokens: 60,
    cacheWrittenTokens: 0,
    reasoningTokens: 5,
    costUsd: 0.0012,
    finish: 'stop',
    ...more,
  };
}
