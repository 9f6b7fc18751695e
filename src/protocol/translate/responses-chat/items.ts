import type { JsonObject } from '../../types.js';
import type { Growing } from '../chunk.js';
import { callItem, itemId, messageItem, textPart, type TextKind } from './response.js';

/** A message that is being written; its texts are parts, one after another. */
interface OpenMessage {
  id: string;
  place: number;
  parts: JsonObject[];
  kind: TextKind;
  text: string;
  logprobs: unknown[];
}

/** Items of a response as they are written, as events without their number in the stream. */
export interface Items {
  text(kind: TextKind, text: string, logprobs: readonly unknown[]): JsonObject[];
  /** A call that begins, or goes on by `part`. */
  call(call: Growing, part: string, isNew: boolean): JsonObject[];
  /** Ends all that is open. */
  close(status: 'completed' | 'incomplete'): JsonObject[];
  /** Whether none has begun. */
  isEmpty(): boolean;
  /** Those that are ended, in order. */
  output(): JsonObject[];
}

export function writtenItems(answer: () => string): Items {
  const done: JsonObject[] = [];
  const calls = new Map<Growing, { id: string; place: number }>();
  let open: OpenMessage | null = null;
  let places = 0;

  const at = (message: OpenMessage): JsonObject => ({
    item_id: message.id,
    output_index: message.place,
    content_index: message.parts.length,
  });

  function beginPart(message: OpenMessage, kind: TextKind): JsonObject {
    Object.assign(message, { kind, text: '', logprobs: [] });
    return { type: 'response.content_part.added', ...at(message), part: textPart(kind, '', []) };
  }

  function endPart(message: OpenMessage): JsonObject[] {
    const { kind, text, logprobs } = message;
    const where = at(message);
    const part = textPart(kind, text, logprobs);
    message.parts.push(part);
    return [
      kind === 'refusal'
        ? { type: 'response.refusal.done', ...where, refusal: text }
        : { type: 'response.output_text.done', ...where, text, logprobs },
      { type: 'response.content_part.done', ...where, part },
    ];
  }

  function endMessage(status: string): JsonObject[] {
    if (open === null) return [];
    const ended = endPart(open);
    const item = messageItem(open.id, status, open.parts);
    const last = { type: 'response.output_item.done', output_index: open.place, item };
    done[open.place] = item;
    open = null;
    return [...ended, last];
  }

  function beginMessage(kind: TextKind): { message: OpenMessage; events: JsonObject[] } {
    const place = places++;
    const message: OpenMessage = { id: itemId('msg', answer(), place), place, parts: [], kind, text: '', logprobs: [] };
    const item = messageItem(message.id, 'in_progress', []);
    const added = { type: 'response.output_item.added', output_index: place, item };
    return { message, events: [added, beginPart(message, kind)] };
  }

  function endCall(call: Growing, status: string): JsonObject[] {
    const { id, place } = calls.get(call) as { id: string; place: number };
    const item = callItem(id, status, call);
    done[place] = item;
    const where = { item_id: id, output_index: place };
    return [
      { type: 'response.function_call_arguments.done', ...where, name: call.name, arguments: call.arguments },
      { type: 'response.output_item.done', output_index: place, item },
    ];
  }

  return {
    text(kind, text, logprobs) {
      const events: JsonObject[] = [];
      if (open === null) {
        const begun = beginMessage(kind);
        open = begun.message;
        events.push(...begun.events);
      } else if (open.kind !== kind) events.push(...endPart(open), beginPart(open, kind));
      open.text += text;
      open.logprobs.push(...logprobs);
      const type = kind === 'refusal' ? 'response.refusal.delta' : 'response.output_text.delta';
      if (text !== '') events.push({ type, ...at(open), delta: text, ...(kind === 'refusal' ? {} : { logprobs }) });
      return events;
    },
    call(call, part, isNew) {
      const events = isNew ? endMessage('completed') : [];
      if (isNew) {
        const place = places++;
        const id = itemId('fc', answer(), place);
        calls.set(call, { id, place });
        const item = callItem(id, 'in_progress', { ...call, arguments: '' });
        events.push({ type: 'response.output_item.added', output_index: place, item });
      }
      const where = calls.get(call);
      if (part !== '' && where !== undefined)
        events.push({
          type: 'response.function_call_arguments.delta',
          item_id: where.id,
          output_index: where.place,
          delta: part,
        });
      return events;
    },
    close(status) {
      return [...endMessage(status), ...Array.from(calls.keys()).flatMap((call) => endCall(call, status))];
    },
    isEmpty: () => places === 0,
    output: () => done.filter((item) => item !== undefined),
  };
}
