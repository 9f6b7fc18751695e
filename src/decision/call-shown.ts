import type { CallShown } from '../schema/call.js';
import type { CallRecord } from '../store/ports/calls.js';

/** A call as answers show it. */
export function callShown(call: CallRecord): CallShown {
  return {
    at: new Date(call.at).toISOString(),
    api: call.api,
    model: call.model,
    provider: call.provider,
    session: call.session,
    tenant: call.tenant,
    status: call.status,
    error: call.error,
    failed: call.failed,
    ttft_ms: call.ttftMs,
    total_ms: call.totalMs,
    prompt_tokens: call.promptTokens,
    completion_tokens: call.completionTokens,
    cached_tokens: call.cachedTokens,
    cache_written_tokens: call.cacheWrittenTokens,
    reasoning_tokens: call.reasoningTokens,
    cost_usd: call.costUsd,
    finish: call.finish,
  };
}
