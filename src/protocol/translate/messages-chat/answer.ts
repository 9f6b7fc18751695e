import type { JsonObject, TokenUsage } from '../../types.js';
import { growingCalls, readChunk } from '../chunk.js';
import { stopOf } from '../finish.js';
import { inputOf } from '../json.js';
import { messagesUsage } from '../usage.js';

const NO_TOKENS: TokenUsage = { prompt: 0, completion: 0, cached: 0, cacheWritten: 0, reasoning: 0 };

/** `usage` of Anthropic's form, which is always there. */
export const usageOr0 = (usage: TokenUsage | null): JsonObject => messagesUsage(usage ?? NO_TOKENS);

/** One of Anthropic's messages with nothing in it yet. */
export const emptyMessage = (id: string, model: string, usage: TokenUsage | null): JsonObject => ({
  id,
  type: 'message',
  role: 'assistant',
  model,
  content: [],
  stop_reason: null,
  stop_sequence: null,
  stop_details: null,
  usage: usageOr0(usage),
});

/** A chat completion as one of Anthropic's messages. A refusal is its text, and its `stop_reason`. */
export function messagesAnswer(body: JsonObject): JsonObject {
  const said = readChunk(body);
  const calls = growingCalls();
  for (const [index, part] of said.calls.entries()) calls.add({ ...part, index }, said.id);
  const text = said.text + said.refusal;
  const stop = stopOf({ ...said, refused: said.refusal !== '', called: calls.all.length > 0 });
  return {
    ...emptyMessage(said.id, said.model, said.usage),
    content: [
      ...(text === '' ? [] : [{ type: 'text', text, citations: null }]),
      ...calls.all.map(({ id, name, arguments: args }) => ({ type: 'tool_use', id, name, input: inputOf(args) })),
    ],
    stop_reason: stop,
    stop_sequence: stop === 'stop_sequence' ? said.stopSequence : null,
  };
}
