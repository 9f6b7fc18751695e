import type { Clock } from '../../../base/clock.js';
import { isObject } from '../../../base/object.js';
import type { JsonObject, TokenUsage } from '../../types.js';
import { growingCalls, readChunk } from '../chunk.js';
import { sameError } from '../errors.js';
import { DONE, type FormStream } from '../form.js';
import { objectOf } from '../json.js';
import { writtenItems } from './items.js';
import { aboutOf, endOf, responseOf, type About, type End } from './response.js';

/**
 * Chat chunks as events of a response. Calls of tools stay open until the end, as parts of several may alternate. An
 * error is told twice, as OpenAI does: `error`, at which its clients throw, and `response.failed`.
 */
export function responsesEvents(clock: Clock): FormStream {
  const calls = growingCalls();
  let about: About | null = null;
  const items = writtenItems(() => about?.id ?? '');
  let number = 0;
  let over = false;
  let usage: TokenUsage | null = null;
  let finish: string | null = null;

  const numbered = (events: JsonObject[]): JsonObject[] =>
    events.map(({ type, ...rest }) => ({ type, sequence_number: number++, ...rest }));

  function begin(of: About): JsonObject[] {
    about = of;
    const first = responseOf(of, [], { status: 'in_progress', usage: null });
    return [
      { type: 'response.created', response: first },
      { type: 'response.in_progress', response: first },
    ];
  }

  function finished(of: About): JsonObject[] {
    over = true;
    const end = endOf(finish, usage);
    const events = items.isEmpty() ? items.text('output_text', '', []) : [];
    events.push(...items.close(end.status === 'incomplete' ? 'incomplete' : 'completed'));
    events.push({ type: `response.${end.status}`, response: responseOf(of, items.output(), end) });
    return events;
  }

  function failed(said: JsonObject): JsonObject[] {
    over = true;
    const error = objectOf(sameError(null, said)['error']);
    const { message, code, param } = error;
    const told = { code: code ?? 'server_error', message };
    const of = about ?? { id: '', model: '', created: Math.floor(clock() / 1000) };
    const start = about === null ? begin(of) : [];
    const end: End = { status: 'failed', error: told, usage };
    return [
      ...start,
      { type: 'error', ...told, param: param ?? null, error },
      { type: 'response.failed', response: responseOf(of, items.output(), end) },
    ];
  }

  function grown(said: JsonObject): JsonObject[] {
    const chunk = readChunk(said);
    const events = about === null ? begin(aboutOf(chunk, clock())) : [];
    if (chunk.text !== '') events.push(...items.text('output_text', chunk.text, chunk.logprobs));
    if (chunk.refusal !== '') events.push(...items.text('refusal', chunk.refusal, []));
    for (const part of chunk.calls) {
      const { call, isNew } = calls.add(part, chunk.id);
      events.push(...items.call(call, part.arguments, isNew));
    }
    usage = chunk.usage ?? usage;
    finish = chunk.finish ?? finish;
    return events;
  }

  return {
    event(said) {
      if (over) return [];
      if (said === DONE) return about === null ? [] : numbered(finished(about));
      return numbered(isObject(said['error']) ? failed(said) : grown(said));
    },
    /** A provider that forgets the end mark is believed where it said why the answer ended. */
    end: () => (over || about === null || finish === null ? [] : numbered(finished(about))),
  };
}
