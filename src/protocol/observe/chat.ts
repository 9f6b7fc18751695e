import { isObject } from '../../base/object.js';
import type { Finish, JsonObject, SseEvent, TokenUsage } from '../types.js';
import { countOf, hasError, listOf, objectOf, stringOf, type AnswerDraft } from './draft.js';

const FINISHES: ReadonlyMap<unknown, Finish> = new Map<unknown, Finish>([
  ['stop', 'stop'],
  ['length', 'length'],
  ['tool_calls', 'tool_calls'],
  ['function_call', 'tool_calls'],
  ['content_filter', 'content_filter'],
]);

/** Tokens as chat completions and embeddings count them. */
export function chatUsage(value: unknown): TokenUsage | null {
  const usage = objectOf(value);
  if (usage === undefined) return null;
  const prompt = objectOf(usage['prompt_tokens_details']);
  const completion = objectOf(usage['completion_tokens_details']);
  return {
    prompt: countOf(usage['prompt_tokens']),
    completion: countOf(usage['completion_tokens']),
    // DeepSeek counts what it read from its cache by a name of its own.
    cached: countOf(prompt?.['cached_tokens']) || countOf(usage['prompt_cache_hit_tokens']),
    cacheWritten: countOf(prompt?.['cache_write_tokens']),
    reasoning: countOf(completion?.['reasoning_tokens']),
  };
}

/** Text of a message, or of its next part: OpenAI's is a string, and some providers send a list of parts. */
function addContent(draft: AnswerDraft, content: unknown): void {
  if (typeof content === 'string') draft.addText(content);
  else for (const part of listOf(content)) draft.addText(objectOf(part)?.['text']);
}

/** Calls of a message, or their next parts. Some providers send whole calls in a stream, and no index. */
function addCalls(draft: AnswerDraft, calls: unknown): void {
  for (const value of listOf(calls)) {
    const call = objectOf(value);
    if (call === undefined) continue;
    const { index, id, custom } = call;
    const called = objectOf(call['function']);
    const key = typeof index === 'number' ? index : typeof id === 'string' && id !== '' ? id : draft.calls;
    if (called !== undefined) draft.addCall(key, called['name'], called['arguments']);
    else if (isObject(custom)) draft.addCall(key, custom['name'], custom['input'], true);
  }
}

function addMessage(draft: AnswerDraft, message: JsonObject | undefined): void {
  if (message === undefined) return;
  addContent(draft, message['content']);
  draft.addRefusal(message['refusal']);
  addCalls(draft, message['tool_calls']);
  const legacy = objectOf(message['function_call']);
  if (legacy !== undefined) draft.addCall(0, legacy['name'], legacy['arguments']);
}

/** Reads chat completions, whole or in chunks. Of several choices, the first is the answer. */
export class ChatReader {
  readonly #draft: AnswerDraft;
  /** Highest index of a choice that was seen, and how many choices have ended. */
  #last = -1;
  #ended = 0;

  constructor(draft: AnswerDraft) {
    this.#draft = draft;
  }

  whole(body: JsonObject): void {
    this.#read(body, 'message');
    this.#draft.complete = true;
  }

  event({ data }: SseEvent, value: unknown): void {
    if (isObject(value)) {
      this.#read(value, 'delta');
      // Not every provider marks the end, and usage may still come behind it.
      if (this.#last >= 0 && this.#ended > this.#last) this.#draft.complete = true;
    } else if (data.startsWith('[DONE]')) this.#draft.complete = true;
  }

  #read(body: JsonObject, part: 'message' | 'delta'): void {
    const draft = this.#draft;
    if (hasError(body)) draft.fail(body['error']);
    draft.takeId(body['id']);
    // Groq has the usage of a stream in a place of its own.
    const usage = chatUsage(body['usage']) ?? chatUsage(objectOf(body['x_groq'])?.['usage']);
    if (usage !== null) draft.usage = usage;
    for (const value of listOf(body['choices'])) {
      const choice = objectOf(value);
      if (choice === undefined) continue;
      const index = countOf(choice['index']);
      if (index > this.#last) this.#last = index;
      const reason = stringOf(choice['finish_reason']);
      if (reason !== '') this.#ended++;
      if (index !== 0) continue;
      if (reason !== '') draft.finish = FINISHES.get(reason) ?? 'other';
      addMessage(draft, objectOf(choice[part]));
    }
  }
}
