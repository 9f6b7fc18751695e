import { systemClock, type Clock } from '../base/clock.js';
import { PointsmanError } from '../base/errors.js';
import { chatToMessages } from './translate/chat-messages/index.js';
import { composed } from './translate/compose.js';
import { onText, type FormTranslation } from './translate/form.js';
import { messagesToChat } from './translate/messages-chat/index.js';
import { responsesToChat } from './translate/responses-chat/index.js';
import type { Api, Translation } from './types.js';

type Pair = `${Api} ${Api}`;

/** Translations there are, by the client's form and the provider's. */
const TRANSLATIONS: Readonly<Partial<Record<Pair, (clock: Clock) => FormTranslation>>> = {
  'chat messages': chatToMessages,
  'messages chat': () => messagesToChat,
  'responses chat': responsesToChat,
  'responses messages': (clock) => composed(responsesToChat(clock), chatToMessages(clock)),
};

/** Whether a client of one form can be answered by a provider of another: where they are the same, or translated. */
export const isTranslatable = (client: Api, provider: Api): boolean =>
  client === provider || TRANSLATIONS[`${client} ${provider}`] !== undefined;

/**
 * How a client of one form is answered by a provider of another; null where both are the same. It keeps nothing, so one
 * serves many calls; each of its `stream()` serves one.
 *
 * - A request is made anew. `model` should be the provider's name of the LLM already, as it tells which of the fields
 *   that tune the LLM takes (`translate/models.ts`). What changes the answer and can't be said is refused, what tunes
 *   is dropped (`translate/fields.ts`). The error names the field as the client calls it.
 * - An answer keeps the provider's `id` and `model`. Times of chat and responses are the clock's where the provider has
 *   none. Thinking is dropped both ways, as its signatures are good only where they were made.
 * - A stream always tells usage, in chat as the chunk of `include_usage`. `end()` adds what is missing only where the
 *   provider had said why the answer ended; of a stream that breaks off, nothing pretends that it is whole. After an
 *   error or the end mark, nothing more comes.
 *
 * Throws `internal` where the forms can't be translated ({@link isTranslatable}), such as embeddings.
 */
export function translationOf(client: Api, provider: Api, clock: Clock = systemClock): Translation | null {
  if (client === provider) return null;
  const make = TRANSLATIONS[`${client} ${provider}`];
  if (make === undefined) throw new PointsmanError('internal', `${client} can't be translated to ${provider}`);
  return onText(make(clock));
}
