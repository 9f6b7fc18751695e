import { isObject } from '../../base/object.js';
import type { JsonObject, TokenUsage } from '../types.js';
import { countOf, objectOf } from './json.js';

/** Of chat completions: `prompt_tokens` has what was cached. Null where nothing was counted. */
export function usageOfChat(usage: unknown): TokenUsage | null {
  if (!isObject(usage)) return null;
  const prompt = objectOf(usage['prompt_tokens_details']);
  return {
    prompt: countOf(usage['prompt_tokens']),
    completion: countOf(usage['completion_tokens']),
    cached: countOf(prompt['cached_tokens'] ?? usage['prompt_cache_hit_tokens']),
    cacheWritten: countOf(prompt['cache_write_tokens']),
    reasoning: countOf(objectOf(usage['completion_tokens_details'])['reasoning_tokens']),
  };
}

/** Of Anthropic's messages: `input_tokens` is without what was read from the cache or written to it. */
export function usageOfMessages(usage: JsonObject): TokenUsage {
  const cached = countOf(usage['cache_read_input_tokens']);
  const cacheWritten = countOf(usage['cache_creation_input_tokens']);
  return {
    prompt: countOf(usage['input_tokens']) + cached + cacheWritten,
    completion: countOf(usage['output_tokens']),
    cached,
    cacheWritten,
    reasoning: countOf(objectOf(usage['output_tokens_details'])['thinking_tokens']),
  };
}

export const chatUsage = (usage: TokenUsage): JsonObject => ({
  prompt_tokens: usage.prompt,
  completion_tokens: usage.completion,
  total_tokens: usage.prompt + usage.completion,
  prompt_tokens_details: { cached_tokens: usage.cached, cache_write_tokens: usage.cacheWritten },
  completion_tokens_details: { reasoning_tokens: usage.reasoning },
});

export const messagesUsage = (usage: TokenUsage): JsonObject => ({
  input_tokens: Math.max(0, usage.prompt - usage.cached - usage.cacheWritten),
  cache_creation_input_tokens: usage.cacheWritten,
  cache_read_input_tokens: usage.cached,
  output_tokens: usage.completion,
  output_tokens_details: { thinking_tokens: usage.reasoning },
});

export const responsesUsage = (usage: TokenUsage): JsonObject => ({
  input_tokens: usage.prompt,
  input_tokens_details: { cached_tokens: usage.cached, cache_write_tokens: usage.cacheWritten },
  output_tokens: usage.completion,
  output_tokens_details: { reasoning_tokens: usage.reasoning },
  total_tokens: usage.prompt + usage.completion,
});
