import { isObject } from '../../base/object.js';
import type { JsonObject } from '../types.js';
import { isNothing, refused } from './json.js';

/**
 * Fields of a request that the other form has nothing for. The rule: one that changes what the answer is or says is
 * refused (`invalid_request` naming it), as far as it asks for something; one that only tunes is dropped. What is in
 * none of these tables is translated, or unknown, and then dropped, too.
 */
export interface Refusal {
  expected: string;
  /** Whether a value asks for nothing. Null and a missing field never do. */
  harmless?: (value: unknown) => boolean;
}
export type Refusals = Readonly<Record<string, Refusal>>;

const no = (value: unknown): boolean => value === false;
const empty = (value: unknown): boolean =>
  Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
const NOTHING: Refusal = { expected: 'nothing, as the provider has no such field', harmless: empty };

/** Of chat completions, towards Anthropic's messages. */
export const CHAT_REFUSED: Refusals = {
  n: { expected: '1, as the provider gives one answer', harmless: (value) => value === 1 },
  logprobs: { expected: 'false, as the provider gives no log probabilities', harmless: no },
  top_logprobs: {
    expected: '0, as the provider gives no log probabilities',
    harmless: (value) => value === 0,
  },
  logit_bias: NOTHING,
  modalities: {
    expected: '["text"], as the provider answers in text',
    harmless: (value) => Array.isArray(value) && value.every((one) => one === 'text'),
  },
  audio: NOTHING,
  web_search_options: { expected: 'nothing, as the provider has no such search' },
  moderation: NOTHING,
  functions: { expected: 'nothing, but `tools` instead', harmless: empty },
  function_call: { expected: 'nothing, but `tool_choice` instead' },
};

/** `strict` of tools is dropped as well, and `name` of messages. */
export const CHAT_DROPPED = [
  'frequency_penalty',
  'presence_penalty',
  'seed',
  'service_tier',
  'store',
  'metadata',
  'prediction',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'verbosity',
  'stream_options',
] as const;

/** Of Anthropic's messages, towards chat completions. */
export const MESSAGES_REFUSED: Refusals = {
  container: NOTHING,
  mcp_servers: NOTHING,
  inference_geo: { expected: 'nothing, as the provider has no such choice', harmless: (value) => value === 'global' },
  thread: NOTHING,
};

/** `cache_control` is dropped wherever it stands, and so are blocks of thinking: only who wrote them can read them. */
export const MESSAGES_DROPPED = [
  'top_k',
  'service_tier',
  'speed',
  'cache_control',
  'context_management',
  'diagnostics',
  'fallbacks',
] as const;

/** Of OpenAI's responses, towards chat completions. Nothing is stored on the other side, whatever `store` says. */
export const RESPONSES_REFUSED: Refusals = {
  previous_response_id: { expected: 'nothing, as the provider stores no answers: the whole conversation in `input`' },
  conversation: { expected: 'nothing, as the provider stores no conversations: the whole of it in `input`' },
  background: { expected: 'false, as the provider answers at once', harmless: no },
  prompt: { expected: 'nothing, as the provider stores no prompts' },
  moderation: NOTHING,
};

/** Items of reasoning in `input` are dropped as well, and of `include` all but log probabilities. */
export const RESPONSES_DROPPED = [
  'store',
  'metadata',
  'service_tier',
  'truncation',
  'context_management',
  'max_tool_calls',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'stream_options',
] as const;

/** Throws `invalid_request` naming the first field that is refused. */
export function refuseFields(body: JsonObject, refusals: Refusals): void {
  for (const [field, { expected, harmless }] of Object.entries(refusals)) {
    const value = body[field];
    if (isNothing(value) || harmless?.(value) === true) continue;
    throw refused(field, expected, value);
  }
}
