import type { Call, CallMessage, TokenUsage, ToolLoop } from '../../src/protocol/types.js';
import { sha256 } from '../../src/base/hash.js';

/** A call of these messages, the user's and the LLM's in turn, with nothing odd about it. */
export function callOf(texts: readonly string[], more: Partial<Call> = {}): Call {
  const said = texts.map((content, i): CallMessage => ({ role: i % 2 === 0 ? 'user' : 'assistant', content }));
  return {
    api: 'chat',
    model: 'auto',
    stream: false,
    wantsUsage: true,
    messages: [{ role: 'system', content: 'Be brief.' }, ...said],
    promptTokens: 5_000,
    maxOutputTokens: null,
    needs: { tools: false, images: false, audio: false, files: false, json: false },
    tools: [],
    answerSchema: null,
    toolLoop: null,
    continues: texts.length > 1,
    opening: sha256(texts[0]!),
    session: null,
    previousAnswer: null,
    metadata: null,
    own: undefined,
    ...more,
  };
}

/** The same call with results of tools behind it. */
export function toolsOf(texts: readonly string[], loop: Partial<ToolLoop> = {}, more: Partial<Call> = {}): Call {
  const call = callOf(texts, more);
  return {
    ...call,
    continues: true,
    messages: [...call.messages, { role: 'assistant', content: '' }, { role: 'tool', content: 'done' }],
    toolLoop: { calls: [{ name: 'look', arguments: '{}', failed: false }], repeats: 1, failures: 0, ...loop },
  };
}

export const usageOf = (prompt: number, completion = 100, more: Partial<TokenUsage> = {}): TokenUsage => ({
  prompt,
  completion,
  cached: 0,
  cacheWritten: 0,
  reasoning: 0,
  ...more,
});
