import type { Clock } from '../../../base/clock.js';
import { isObject } from '../../../base/object.js';
import type { JsonObject } from '../../types.js';
import { openaiError } from '../errors.js';
import { finishOf } from '../finish.js';
import { DONE, type FormStream } from '../form.js';
import { isNothing, objectOf, textOf } from '../json.js';
import { chatUsage, usageOfMessages } from '../usage.js';
import { refusalOf } from './answer.js';

/** A call of a tool that is being written. */
interface Writing {
  /** Its place among the calls. */
  index: number;
  /** What the block began with: some providers have the whole input there, and no deltas. */
  input: JsonObject;
  written: boolean;
}

/** Anthropic's events as chat chunks; pings and thinking are dropped. */
export function chatChunks(clock: Clock): FormStream {
  const created = Math.floor(clock() / 1000);
  const writing = new Map<unknown, Writing>();
  let head: JsonObject = { id: '', object: 'chat.completion.chunk', created, model: '' };
  let usage: JsonObject = {};
  let calls = 0;
  let over = false;

  const chunk = (delta: JsonObject, finish: string | null = null): JsonObject => ({
    ...head,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  });
  const call = (index: number, text: string): JsonObject =>
    chunk({ tool_calls: [{ index, function: { arguments: text } }] });
  const count = (said: unknown): void => {
    for (const [name, value] of Object.entries(objectOf(said)))
      if (!isNothing(value)) usage = { ...usage, [name]: value };
  };

  function started({ content_block: value, index }: JsonObject): JsonObject[] {
    const block = objectOf(value);
    if (block['type'] === 'text') return block['text'] ? [chunk({ content: block['text'] })] : [];
    if (block['type'] !== 'tool_use') return [];
    writing.set(index, { index: calls, input: objectOf(block['input']), written: false });
    const made = { name: block['name'], arguments: '' };
    return [chunk({ tool_calls: [{ index: calls++, id: block['id'], type: 'function', function: made }] })];
  }

  function grown({ delta: value, index }: JsonObject): JsonObject[] {
    const delta = objectOf(value);
    if (delta['type'] === 'text_delta') return [chunk({ content: textOf(delta['text']) })];
    const one = delta['type'] === 'input_json_delta' ? writing.get(index) : undefined;
    const part = textOf(delta['partial_json']);
    if (one === undefined || part === '') return [];
    one.written = true;
    return [call(one.index, part)];
  }

  function stopped({ index }: JsonObject): JsonObject[] {
    const one = writing.get(index);
    writing.delete(index);
    return one === undefined || one.written ? [] : [call(one.index, JSON.stringify(one.input))];
  }

  function ended({ delta: value, usage: said }: JsonObject): JsonObject[] {
    count(said);
    const delta = objectOf(value);
    if (isNothing(delta['stop_reason'])) return [];
    const refusal = delta['stop_reason'] === 'refusal' ? refusalOf(delta['stop_details']) : null;
    return [chunk(refusal === null ? {} : { refusal }, finishOf(delta['stop_reason']))];
  }

  return {
    event(said) {
      if (over) return [];
      switch (said['type']) {
        case 'message_start': {
          const message = objectOf(said['message']);
          head = { ...head, id: textOf(message['id']), model: textOf(message['model']) };
          count(message['usage']);
          return [chunk({ role: 'assistant', content: '', refusal: null })];
        }
        case 'content_block_start':
          return started(said);
        case 'content_block_delta':
          return grown(said);
        case 'content_block_stop':
          return stopped(said);
        case 'message_delta':
          return ended(said);
        case 'message_stop': {
          over = true;
          if (Object.keys(usage).length === 0) return [DONE];
          return [{ ...head, choices: [], usage: chatUsage(usageOfMessages(usage)) }, DONE];
        }
        default:
          if (!isObject(said['error'])) return [];
          over = true;
          return [openaiError(null, said)];
      }
    },
    end: () => [],
  };
}
