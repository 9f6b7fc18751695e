import { createObserver } from '../../../src/protocol/observe.js';
import type { AnswerFacts, Api, JsonObject } from '../../../src/protocol/types.js';
import { eventsOf } from '../streams.js';

/** What is seen of a stream. */
export function streamed(api: Api, stream: string): AnswerFacts {
  const observer = createObserver(api);
  for (const { event, data, value } of eventsOf(stream)) observer.event({ event, data }, value);
  return observer.facts();
}

/** What is seen of a whole answer. */
export function whole(api: Api, body: JsonObject): AnswerFacts {
  const observer = createObserver(api);
  observer.whole(body);
  return observer.facts();
}
