import { isObject } from '../base/object.js';
import { messagesError, sameError } from './translate/errors.js';
import type { Api, JsonObject, Translation } from './types.js';

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Whether a body is an error in the form's own protocol. */
const isErrorOf = (api: Api, body: unknown): body is JsonObject =>
  isObject(body) &&
  isObject(body['error']) &&
  typeof body['error']['message'] === 'string' &&
  (api !== 'messages' || body['type'] === 'error');

/**
 * What a client is told of a request that its provider refused: the provider's error, as it came where it is in the
 * client's form. What stands before a provider answers with pages, and some servers with errors of a form of their own.
 */
export function refusalBody(
  { api, translation }: { api: Api; translation: Translation | null },
  status: number,
  text: string,
): string {
  const body = parsedOr(text);
  if (translation !== null) return JSON.stringify(translation.error(status, body));
  if (isErrorOf(api, body)) return text;
  return JSON.stringify(api === 'messages' ? messagesError(status, body) : sameError(status, body));
}
