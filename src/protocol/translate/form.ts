import { messageOf } from '../../base/errors.js';
import { isObject } from '../../base/object.js';
import type { JsonObject, SseEvent, StreamTranslation, Translation } from '../types.js';

/** The end mark of a stream of chat chunks, among their parsed events. */
export const DONE: JsonObject = Object.freeze({ done: true });

/** {@link StreamTranslation} on parsed events, so that one can feed another. */
export interface FormStream {
  event(said: JsonObject): JsonObject[];
  end(): JsonObject[];
}

/** {@link Translation} on parsed events. */
export interface FormTranslation {
  request(body: JsonObject): JsonObject;
  answer(body: JsonObject): JsonObject;
  error(status: number, body: unknown): JsonObject;
  stream(): FormStream;
  /** What the client calls a field of the other form, where the two differ, for errors of a further translation. */
  field?(name: string): string;
}

/** An event whose JSON is broken, as both forms of errors in a stream are read. */
const broken = (why: string): JsonObject => ({
  type: 'error',
  error: { type: 'api_error', message: `The provider sent an event that is not a JSON object: ${why}` },
});

function parsed(data: string): JsonObject {
  if (data === '[DONE]') return DONE;
  try {
    const said: unknown = JSON.parse(data);
    return isObject(said) ? said : broken(`${typeof said} came`);
  } catch (error) {
    return broken(messageOf(error));
  }
}

/** Events of chat have no name; those of the other forms are named by their `type`. */
function written(said: JsonObject): SseEvent {
  if (said === DONE) return { event: undefined, data: '[DONE]' };
  return { event: typeof said['type'] === 'string' ? said['type'] : undefined, data: JSON.stringify(said) };
}

/** The translation of texts that a translation of parsed events makes. */
export function onText(form: FormTranslation): Translation {
  return {
    request: (body) => form.request(body),
    answer: (body) => form.answer(body),
    error: (status, body) => form.error(status, body),
    stream(): StreamTranslation {
      const stream = form.stream();
      return {
        event: ({ data }) => stream.event(parsed(data)).map(written),
        end: () => stream.end().map(written),
      };
    },
  };
}
