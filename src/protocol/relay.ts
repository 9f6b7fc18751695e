import { messageOf } from '../base/errors.js';
import { isObject } from '../base/object.js';
import { errorEvents, type StreamError } from './error-events.js';
import { createObserver, hasError } from './observe.js';
import { createSseReader, writeComment, writeEvent, writeRetry, type ReadEvent } from './sse.js';
import { createStamper, type Stamp } from './stamp.js';
import type { AnswerFacts, Api, JsonObject, SseEvent, StreamTranslation } from './types.js';

export interface RelayOptions extends Stamp {
  /** Form that the client reads. */
  client: Api;
  /** Form that the provider writes. */
  provider: Api;
  /** Whether a chat chunk that has nothing but usage is kept from the client, which did not ask for it. */
  dropUsage: boolean;
  /** Null where both forms are the same. */
  translation: StreamTranslation | null;
  /** Takes secrets out of what a provider says of an error. */
  redact?: (text: string) => string;
  /** Longest event, in characters; 16 Mi unless given. */
  maxEventChars?: number;
}

/** One streamed answer on its way from the provider to the client. */
export interface Relay {
  /** What to send to the client for the next part of the provider's stream; may be empty. */
  push(chunk: Uint8Array): string;
  /**
   * What to send at the end of the provider's stream. Of one that broke off, an error in the client's form, in the
   * words of `why` where it is given; nothing where an error was sent already.
   */
  end(why?: StreamError): string;
  /** What was seen; of a stream that broke off, neither `complete` nor an `error`. */
  facts(): AnswerFacts;
  /** Whether a part of the answer was given to be sent; comments, pings and errors are none. */
  started(): boolean;
  /** Whether nothing is sent any more: the stream was ended, or what came can't be read, so that it is of no use. */
  over(): boolean;
}

const SERVER_ERROR: Readonly<Record<Api, string>> = {
  chat: 'server_error',
  responses: 'server_error',
  embeddings: 'server_error',
  messages: 'api_error',
};

/** An error of a stream that is of no use any more, in the words of the form `api`. */
const brokenStream = (api: Api, message: string): StreamError => ({
  type: SERVER_ERROR[api],
  message,
  code: 'stream_broken',
});

const isDone = (data: string): boolean => data.startsWith('[DONE]');

/** Whether a chat chunk has usage and nothing else. */
const isUsageOnly = (value: JsonObject): boolean =>
  isObject(value['usage']) && Array.isArray(value['choices']) && value['choices'].length === 0;

/** Whether an event tells of an error, in any of the forms. */
const isError = (value: JsonObject): boolean =>
  value['type'] === 'error' || value['type'] === 'response.failed' || hasError(value);

/** Relays a stream, event by event; of what the client gets, only id and LLM are changed, unless it is translated. */
export function createRelay(options: RelayOptions): Relay {
  const { client, provider, dropUsage, translation, redact: clean = (text) => text, maxEventChars } = options;
  const observer = createObserver(provider);
  const stamper = createStamper(client, options);
  let out = '';
  let isOver = false;
  let isEnding = false;
  let hasStarted = false;
  /** An error was sent, so that none has to be added at the end. */
  let hasFailed = false;
  let fault: AnswerFacts['error'] = null;
  /** Number of the client's next event among those of a response. */
  let sequence = 0;

  function fail(error: StreamError): void {
    if (!hasFailed) out += errorEvents(client, error, sequence);
    hasFailed = true;
  }

  function giveUp(message: string): void {
    isOver = true;
    const error = brokenStream(client, message);
    fault = { type: error.type, message };
    fail(error);
  }

  /** Gives an event in the client's form. */
  function emit(event: ReadEvent, value: unknown): void {
    if (!isObject(value)) {
      out += writeEvent(event);
      return;
    }
    if (dropUsage && client === 'chat' && isUsageOnly(value)) return;
    if (typeof value['sequence_number'] === 'number') sequence = value['sequence_number'] + 1;
    let data = stamper.event(event.data, value);
    if (isError(value)) {
      hasFailed = true;
      data = clean(data);
    } else if (value['type'] !== 'ping') hasStarted = true;
    out += data === event.data ? writeEvent(event) : writeEvent({ event: event.event, id: event.id, data });
  }

  /** Gives what a translation makes. What it can't translate, and what it makes nothing of, is an error. */
  function translate(make: (to: StreamTranslation) => readonly SseEvent[]): void {
    try {
      for (const event of make(translation!))
        emit(event, event.data === '' || isDone(event.data) ? undefined : JSON.parse(event.data));
    } catch (error) {
      giveUp(`The provider’s answer could not be translated: ${clean(messageOf(error))}`);
    }
    const error = observer.error();
    if (error !== null) fail({ ...brokenStream(client, clean(error.message)), code: error.type });
  }

  function read(event: ReadEvent): void {
    if (isOver) return;
    const { data } = event;
    let value: unknown;
    if (data !== '' && !isDone(data))
      try {
        value = JSON.parse(data);
      } catch {
        // At the end it is the rest of an event that did not come whole.
        if (!isEnding) giveUp('The provider sent an event that is not JSON');
        return;
      }
    if (data !== '') observer.event(event, value);
    if (translation === null) emit(event, value);
    else if (data !== '') translate((to) => to.event(event));
  }

  const reader = createSseReader(
    {
      event: read,
      comment: (text) => (out += writeComment(text)),
      retry: (ms) => (out += writeRetry(ms)),
      tooLong: () => giveUp('The provider sent an event that is too long'),
    },
    maxEventChars,
  );

  function taken(): string {
    const given = out;
    out = '';
    return given;
  }

  return {
    push(chunk) {
      if (!isOver) reader.push(chunk);
      return taken();
    },
    end(why = brokenStream(client, 'The provider broke off its answer')) {
      if (isOver) return '';
      isEnding = true;
      reader.end();
      if (!isOver && observer.facts().complete) {
        if (translation !== null) translate((to) => to.end());
      } else if (observer.error() === null) fail(why);
      isOver = true;
      return taken();
    },
    facts() {
      const facts = observer.facts();
      const error = facts.error === null ? fault : { ...facts.error, message: clean(facts.error.message) };
      return { ...facts, error };
    },
    started: () => hasStarted,
    over: () => isOver,
  };
}
