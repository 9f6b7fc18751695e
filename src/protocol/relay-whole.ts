import { isObject } from '../base/object.js';
import { createObserver } from './observe.js';
import { createStamper, type Stamp } from './stamp.js';
import type { AnswerFacts, Api, Translation } from './types.js';

export interface RelayWholeOptions extends Stamp {
  /** Form that the client reads. */
  client: Api;
  /** Form that the provider writes. */
  provider: Api;
  /** Null where both forms are the same. */
  translation: Pick<Translation, 'answer'> | null;
}

/** What a provider answered is no JSON object. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
}

/**
 * What the client gets of an answer that came whole, and what is seen of it. Some providers answer an error with the
 * status of an answer: it is in the facts, and the text is the provider's. Throws {@link UnreadableAnswer}.
 */
export function relayWhole(text: string, options: RelayWholeOptions): { text: string; facts: AnswerFacts } {
  const { client, provider, translation } = options;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new UnreadableAnswer('The provider’s answer is not JSON', { cause: error });
  }
  if (!isObject(body)) throw new UnreadableAnswer('The provider’s answer is not an object of JSON');
  const observer = createObserver(provider);
  observer.whole(body);
  const facts = observer.facts();
  if (facts.error !== null && (translation !== null || typeof body['id'] !== 'string')) return { text, facts };
  const given = translation === null ? text : JSON.stringify(translation.answer(body));
  return { text: createStamper(client, options).whole(given), facts };
}
