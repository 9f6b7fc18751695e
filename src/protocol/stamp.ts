import { isObject } from '../base/object.js';
import { hasError } from './observe.js';
import { createSplice, type Change } from './splice.js';
import type { Api } from './types.js';

/** What an answer says of itself to the client. */
export interface Stamp {
  /** The LLM, as the client knows it. */
  model: string;
  /** The answer's id, by the provider's; of an answer without an id, by the empty text. */
  id(providerId: string): string;
}

/** Stamps answers of one form. */
export interface Stamper {
  /** The text of a whole answer. */
  whole(text: string): string;
  /** The data of an event, by its text and value. */
  event(data: string, value: unknown): string;
}

const isGiven = (id: string | undefined): boolean => id?.startsWith('"') === true && id !== '""';

/** Puts an id in place of the provider's; where there is none, only if `always`. Events of a stream have one id. */
function idChange({ id }: Stamp, always: boolean): Change {
  let last: string | undefined;
  let stamped = '';
  return (old) => {
    if (!isGiven(old)) return always ? JSON.stringify(id('')) : undefined;
    if (old !== last) {
      stamped = JSON.stringify(id(JSON.parse(old as string) as string));
      last = old;
    }
    return stamped;
  };
}

/**
 * Stamps chat chunks. Azure's first chunk, on filters, has an empty id and no choices: it keeps them, as clients take
 * a chat's id from any of its chunks.
 */
function chatStamper(model: Change, stamp: Stamp): Stamper {
  const whole = createSplice([
    [['id'], idChange(stamp, true)],
    [['model'], model],
  ]);
  const prelude = createSplice([
    [['id'], idChange(stamp, false)],
    [['model'], model],
  ]);
  return {
    whole,
    event(data, value) {
      if (!isObject(value) || hasError(value)) return data;
      const { choices } = value;
      return Array.isArray(choices) && choices.length > 0 ? whole(data) : prelude(data);
    },
  };
}

/** Stamps messages or responses, which an event has as its member `inner`, if at all. */
function nestedStamper(model: Change, stamp: Stamp, inner: string): Stamper {
  const id = idChange(stamp, true);
  const nested = createSplice([
    [[inner, 'id'], id],
    [[inner, 'model'], model],
  ]);
  return {
    whole: createSplice([
      [['id'], id],
      [['model'], model],
    ]),
    event: (data, value) => (isObject(value) && isObject(value[inner]) ? nested(data) : data),
  };
}

/** Stamps answers of the form `api` with an LLM and an id, where that form has them. */
export function createStamper(api: Api, stamp: Stamp): Stamper {
  const name = JSON.stringify(stamp.model);
  const model: Change = () => name;
  switch (api) {
    case 'chat':
      return chatStamper(model, stamp);
    case 'messages':
      return nestedStamper(model, stamp, 'message');
    case 'responses':
      return nestedStamper(model, stamp, 'response');
    case 'embeddings': {
      const whole = createSplice([[['model'], model]]);
      return { whole, event: (data) => data };
    }
  }
}
