import { isObject } from '../../base/object.js';
import type { Finish, JsonObject, SseEvent } from '../types.js';
import { countOf, listOf, objectOf, type AnswerDraft } from './draft.js';

const FINISHES: ReadonlyMap<unknown, Finish> = new Map<unknown, Finish>([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'refusal'],
]);

/** Counts of Anthropic's usage; of a stream, those that come later take the place of those before. */
interface Counts {
  input: number;
  read: number;
  written: number;
  output: number;
  thinking: number;
}

/** Reads Anthropic's messages, whole or as events. Tools that Anthropic runs itself are no calls of the client's. */
export class MessagesReader {
  readonly #draft: AnswerDraft;
  readonly #counts: Counts = { input: 0, read: 0, written: 0, output: 0, thinking: 0 };
  /** Input of the tool call that is open, where its start had it whole. */
  #input: string | null = null;
  #isCall = false;

  constructor(draft: AnswerDraft) {
    this.#draft = draft;
  }

  whole(body: JsonObject): void {
    if (body['type'] === 'error') this.#draft.fail(body['error']);
    this.#head(body);
    listOf(body['content']).forEach((value, index) => {
      const block = objectOf(value);
      if (block?.['type'] === 'text') this.#draft.addText(block['text']);
      else if (block?.['type'] === 'tool_use')
        this.#draft.addCall(index, block['name'], JSON.stringify(block['input'] ?? {}));
    });
    this.#draft.complete = true;
  }

  event(_event: SseEvent, value: unknown): void {
    if (!isObject(value)) return;
    const draft = this.#draft;
    switch (value['type']) {
      case 'content_block_delta':
        this.#delta(value['index'], objectOf(value['delta']));
        break;
      case 'content_block_start':
        this.#start(value['index'], objectOf(value['content_block']));
        break;
      case 'content_block_stop':
        this.#stop(value['index']);
        break;
      case 'message_start': {
        const message = objectOf(value['message']);
        if (message !== undefined) this.#head(message);
        break;
      }
      case 'message_delta':
        this.#ending(objectOf(value['delta']) ?? {});
        this.#count(value['usage']);
        break;
      case 'message_stop':
        draft.complete = true;
        break;
      case 'error':
        draft.fail(value['error']);
        break;
    }
  }

  #head(message: JsonObject): void {
    this.#draft.takeId(message['id']);
    this.#ending(message);
    this.#count(message['usage']);
  }

  #ending(part: JsonObject): void {
    const reason = part['stop_reason'];
    if (typeof reason === 'string') this.#draft.finish = FINISHES.get(reason) ?? 'other';
    this.#draft.addRefusal(objectOf(part['stop_details'])?.['explanation']);
  }

  #count(value: unknown): void {
    const usage = objectOf(value);
    if (usage === undefined) return;
    const counts = this.#counts;
    const take = (name: keyof Counts, count: unknown): void => {
      if (typeof count === 'number') counts[name] = countOf(count);
    };
    take('input', usage['input_tokens']);
    take('read', usage['cache_read_input_tokens']);
    take('written', usage['cache_creation_input_tokens']);
    take('output', usage['output_tokens']);
    take('thinking', objectOf(usage['output_tokens_details'])?.['thinking_tokens']);
    this.#draft.usage = {
      prompt: counts.input + counts.read + counts.written,
      completion: counts.output,
      cached: counts.read,
      cacheWritten: counts.written,
      reasoning: counts.thinking,
    };
  }

  #start(index: unknown, block: JsonObject | undefined): void {
    this.#isCall = block?.['type'] === 'tool_use';
    if (block?.['type'] === 'text') this.#draft.addText(block['text']);
    if (!this.#isCall) return;
    this.#draft.addCall(countOf(index), block?.['name'], '');
    this.#input = JSON.stringify(block?.['input'] ?? {});
  }

  #delta(index: unknown, delta: JsonObject | undefined): void {
    if (delta?.['type'] === 'text_delta') this.#draft.addText(delta['text']);
    else if (delta?.['type'] === 'input_json_delta' && this.#isCall && delta['partial_json'] !== '') {
      this.#draft.addCall(countOf(index), '', delta['partial_json']);
      this.#input = null;
    }
  }

  /** A call of a tool that takes nothing has no parts, and its input is `{}`. */
  #stop(index: unknown): void {
    if (this.#isCall && this.#input !== null) this.#draft.addCall(countOf(index), '', this.#input);
    this.#isCall = false;
    this.#input = null;
  }
}
