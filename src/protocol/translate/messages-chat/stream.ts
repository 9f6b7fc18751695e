import { isObject } from '../../../base/object.js';
import type { JsonObject, TokenUsage } from '../../types.js';
import { growingCalls, readChunk, type CallPart, type Chunk, type Growing } from '../chunk.js';
import { messagesError } from '../errors.js';
import { stopOf } from '../finish.js';
import { DONE, type FormStream } from '../form.js';
import { isWhole } from '../json.js';
import { emptyMessage, usageOr0 } from './answer.js';

/**
 * Chat chunks as Anthropic's events. Its blocks come one after another, so a call that begins before the arguments of
 * the one before are whole is kept until the end. How much was read is known only then: it stands in `message_delta`.
 */
export function messagesEvents(): FormStream {
  const calls = growingCalls();
  /** Calls that wait for the end of the one before. */
  const waiting: Growing[] = [];
  let begun = false;
  let over = false;
  let blocks = 0;
  /** The block that is being written: a call, or text. */
  let open: Growing | 'text' | null = null;
  let usage: TokenUsage | null = null;
  let last: Pick<Chunk, 'finish' | 'stopSequence'> = { finish: null, stopSequence: null };
  let refused = false;
  let id = '';

  const delta = (value: JsonObject): JsonObject => ({ type: 'content_block_delta', index: blocks - 1, delta: value });

  function close(): JsonObject[] {
    if (open === null) return [];
    open = null;
    return [{ type: 'content_block_stop', index: blocks - 1 }];
  }

  function begin(what: Growing | 'text'): JsonObject[] {
    const stop = close();
    open = what;
    const block =
      what === 'text'
        ? { type: 'text', text: '', citations: null }
        : { type: 'tool_use', id: what.id, name: what.name, input: {} };
    return [...stop, { type: 'content_block_start', index: blocks++, content_block: block }];
  }

  const json = (text: string): JsonObject[] =>
    text === '' ? [] : [delta({ type: 'input_json_delta', partial_json: text })];

  function said(text: string): JsonObject[] {
    if (text === '') return [];
    const start = open === 'text' ? [] : begin('text');
    return [...start, delta({ type: 'text_delta', text })];
  }

  function called(part: CallPart): JsonObject[] {
    const { call, isNew } = calls.add(part, id);
    if (!isNew) return open === call ? json(part.arguments) : [];
    if (waiting.length > 0 || (open !== null && open !== 'text' && !isWhole(open.arguments))) {
      waiting.push(call);
      return [];
    }
    return [...begin(call), ...json(call.arguments)];
  }

  function finished(): JsonObject[] {
    over = true;
    const stop = stopOf({ ...last, refused, called: calls.all.length > 0 });
    return [
      ...waiting.flatMap((call) => [...begin(call), ...json(call.arguments)]),
      ...close(),
      {
        type: 'message_delta',
        delta: {
          stop_reason: stop,
          stop_sequence: stop === 'stop_sequence' ? last.stopSequence : null,
          stop_details: null,
        },
        usage: usageOr0(usage),
      },
      { type: 'message_stop' },
    ];
  }

  return {
    event(one) {
      if (over) return [];
      if (one === DONE) return begun ? finished() : [];
      if (isObject(one['error'])) {
        over = true;
        return [messagesError(null, one)];
      }
      const chunk = readChunk(one);
      const out: JsonObject[] = [];
      usage = chunk.usage ?? usage;
      if (!begun) {
        begun = true;
        id = chunk.id;
        out.push({ type: 'message_start', message: emptyMessage(chunk.id, chunk.model, usage) });
      }
      if (chunk.refusal !== '') refused = true;
      if (chunk.text !== '' || chunk.refusal !== '') out.push(...said(chunk.text + chunk.refusal));
      for (const part of chunk.calls) out.push(...called(part));
      if (chunk.finish !== null) last = chunk;
      return out;
    },
    /** A provider that forgets the end mark is believed where it said why the answer ended. */
    end: () => (over || last.finish === null ? [] : finished()),
  };
}
