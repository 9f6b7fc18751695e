import type { JsonObject, TokenUsage } from '../../types.js';
import type { Chunk } from '../chunk.js';
import { responsesUsage } from '../usage.js';

/** What a response says beside its output. */
export interface About {
  id: string;
  model: string;
  /** Seconds since the Unix epoch. */
  created: number;
}

export interface End {
  status: 'in_progress' | 'completed' | 'incomplete' | 'failed';
  /** Why it is incomplete. */
  reason?: string;
  error?: JsonObject;
  usage: TokenUsage | null;
}

/**
 * A response. What repeats the request has the values of one that asks for nothing, as an answer is translated without
 * its request; `store` is false, as nothing is kept that `previous_response_id` could name.
 */
export const responseOf = (about: About, output: readonly JsonObject[], end: End): JsonObject => ({
  id: about.id,
  object: 'response',
  created_at: about.created,
  status: end.status,
  background: false,
  error: end.error ?? null,
  incomplete_details: end.reason === undefined ? null : { reason: end.reason },
  instructions: null,
  max_output_tokens: null,
  metadata: {},
  model: about.model,
  output,
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: null, summary: null },
  store: false,
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_p: null,
  truncation: 'disabled',
  usage: end.usage === null ? null : responsesUsage(end.usage),
});

/** How an answer in chat's form ended. */
export function endOf(finish: string | null, usage: TokenUsage | null): End {
  if (finish === 'length') return { status: 'incomplete', reason: 'max_output_tokens', usage };
  if (finish === 'content_filter') return { status: 'incomplete', reason: 'content_filter', usage };
  return { status: 'completed', usage };
}

/** OpenAI takes letters, digits, `_` and `-` in ids of items, 64 characters in all. */
export const itemId = (kind: 'msg' | 'fc', answer: string, index: number): string =>
  `${kind}_${answer.replace(/[^\w-]/g, '_').slice(-48)}_${index}`;

/** Whether a message's text is an answer, or says why there is none. */
export type TextKind = 'output_text' | 'refusal';

export const textPart = (kind: TextKind, text: string, logprobs: readonly unknown[]): JsonObject =>
  kind === 'refusal' ? { type: kind, refusal: text } : { type: kind, text, annotations: [], logprobs };

export const messageItem = (id: string, status: string, content: readonly JsonObject[]): JsonObject => ({
  id,
  type: 'message',
  status,
  role: 'assistant',
  content,
});

export const callItem = (
  id: string,
  status: string,
  call: { id: string; name: string; arguments: string },
): JsonObject => ({
  id,
  type: 'function_call',
  status,
  arguments: call.arguments,
  call_id: call.id,
  name: call.name,
});

export const aboutOf = (chunk: Chunk, now: number): About => ({
  id: chunk.id,
  model: chunk.model,
  created: chunk.created || Math.floor(now / 1000),
});
