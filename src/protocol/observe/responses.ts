import { isObject } from '../../base/object.js';
import type { Finish, JsonObject, SseEvent, TokenUsage } from '../types.js';
import { countOf, listOf, objectOf, stringOf, type AnswerDraft } from './draft.js';

/** Why a response is incomplete. */
const FINISHES: ReadonlyMap<unknown, Finish> = new Map<unknown, Finish>([
  ['max_output_tokens', 'length'],
  ['content_filter', 'content_filter'],
]);

function usageOf(value: unknown): TokenUsage | null {
  const usage = objectOf(value);
  if (usage === undefined) return null;
  const input = objectOf(usage['input_tokens_details']);
  return {
    prompt: countOf(usage['input_tokens']),
    completion: countOf(usage['output_tokens']),
    cached: countOf(input?.['cached_tokens']),
    cacheWritten: countOf(input?.['cache_write_tokens']),
    reasoning: countOf(objectOf(usage['output_tokens_details'])?.['reasoning_tokens']),
  };
}

/** Reads responses, whole or as events. */
export class ResponsesReader {
  readonly #draft: AnswerDraft;

  constructor(draft: AnswerDraft) {
    this.#draft = draft;
  }

  whole(body: JsonObject): void {
    this.#response(body);
    this.#draft.complete = true;
  }

  event(_event: SseEvent, value: unknown): void {
    if (!isObject(value)) return;
    const draft = this.#draft;
    const at = countOf(value['output_index']);
    switch (value['type']) {
      case 'response.output_text.delta':
        draft.addText(value['delta']);
        break;
      case 'response.refusal.delta':
        draft.addRefusal(value['delta']);
        break;
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        draft.addCall(at, '', value['delta']);
        break;
      case 'response.output_item.added':
        this.#added(at, objectOf(value['item']));
        break;
      case 'response.created':
      case 'response.in_progress':
      case 'response.queued':
        draft.takeId(objectOf(value['response'])?.['id']);
        break;
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        this.#response(objectOf(value['response']) ?? {}, value['type']);
        draft.complete = value['type'] !== 'response.failed';
        break;
      case 'error':
        // Documented at the top, and sent by OpenAI in `error`.
        draft.fail(objectOf(value['error']) ?? { type: value['code'], message: value['message'] });
        break;
    }
  }

  #added(at: number, item: JsonObject | undefined): void {
    if (item?.['type'] === 'function_call') this.#draft.addCall(at, item['name'], item['arguments']);
    else if (item?.['type'] === 'custom_tool_call') this.#draft.addCall(at, item['name'], item['input'], true);
  }

  /** A whole response; at the end of a stream, its output is what counts, where it is there. */
  #response(response: JsonObject, event = ''): void {
    const draft = this.#draft;
    draft.takeId(response['id']);
    draft.usage = usageOf(response['usage']) ?? draft.usage;
    const output = listOf(response['output']);
    if (output.length > 0) {
      draft.restart();
      output.forEach((item, at) => this.#item(at, objectOf(item)));
    }
    const { status, error } = response;
    if (status === 'failed' || event === 'response.failed' || isObject(error)) draft.fail(error);
    else if (status === 'incomplete' || event === 'response.incomplete')
      draft.finish = FINISHES.get(objectOf(response['incomplete_details'])?.['reason']) ?? 'other';
    else if (status === 'completed' || event === 'response.completed') draft.finish = 'stop';
  }

  #item(at: number, item: JsonObject | undefined): void {
    this.#added(at, item);
    if (item?.['type'] !== 'message') return;
    for (const value of listOf(item['content'])) {
      const part = objectOf(value);
      if (stringOf(part?.['type']) === 'refusal') this.#draft.addRefusal(part?.['refusal']);
      else this.#draft.addText(part?.['text']);
    }
  }
}
