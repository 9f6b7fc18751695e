import { ChatReader, chatUsage } from './observe/chat.js';
import { AnswerDraft, hasError } from './observe/draft.js';
import { MessagesReader } from './observe/messages.js';
import { ResponsesReader } from './observe/responses.js';
import type { AnswerFacts, Api, JsonObject, SseEvent } from './types.js';

export { hasError, MAX_ARGUMENT_CHARS, MAX_KEPT_CHARS } from './observe/draft.js';

/** Sees one answer pass, whole or as a stream. */
export interface Observer {
  /** The whole answer. One that is an error in place of an answer is seen as such. */
  whole(body: JsonObject): void;
  /** The next event and the value of its data; undefined where that is no JSON, such as `[DONE]`. */
  event(event: SseEvent, value: unknown): void;
  /** Its error, as in the facts, at less cost. */
  error(): AnswerFacts['error'];
  /** What has been seen so far. */
  facts(): AnswerFacts;
}

type Reader = Pick<Observer, 'whole' | 'event'>;

function readerOf(api: Api, draft: AnswerDraft): Reader {
  switch (api) {
    case 'chat':
      return new ChatReader(draft);
    case 'responses':
      return new ResponsesReader(draft);
    case 'messages':
      return new MessagesReader(draft);
    case 'embeddings':
      return {
        whole(body) {
          if (hasError(body)) draft.fail(body['error']);
          draft.takeId(body['id']);
          draft.usage = chatUsage(body['usage']);
          draft.complete = true;
        },
        event() {},
      };
  }
}

/** Makes an observer of an answer of the form `api`. */
export function createObserver(api: Api): Observer {
  const draft = new AnswerDraft();
  const reader = readerOf(api, draft);
  return {
    whole: (body) => reader.whole(body),
    event: (event, value) => reader.event(event, value),
    error: () => draft.error,
    facts: () => draft.facts(),
  };
}
