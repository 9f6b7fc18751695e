import { isObject } from '../../base/object.js';
import type { JsonObject } from '../types.js';
import { isNothing, textOf } from './json.js';

/** What an error says, in whichever of the forms. */
interface Told {
  type: string;
  message: string;
  /** OpenAI's; null where there is none. */
  code: string | null;
  param: string | null;
}

/** Longest text of a body that is no error of a known form, in characters. */
const MAX_TEXT = 4000;

function toldBy(body: unknown, status: number | null): Told {
  const error = isObject(body) && isObject(body['error']) ? body['error'] : body;
  if (isObject(error) && typeof error['message'] === 'string')
    return {
      type: textOf(error['type']),
      message: error['message'],
      code: isNothing(error['code']) ? null : String(error['code']),
      param: isNothing(error['param']) ? null : String(error['param']),
    };
  const text = typeof error === 'string' ? error : isNothing(error) ? '' : JSON.stringify(error);
  const said = text.trim().slice(0, MAX_TEXT);
  return {
    type: '',
    message: said || `The provider failed${status === null ? '' : ` with status ${status}`}`,
    code: null,
    param: null,
  };
}

const TOO_LONG = 'context_length_exceeded';
/** Words by which Anthropic's clients know that the prompt is too long. */
const PROMPT_TOO_LONG = 'prompt is too long';

/** OpenAI's `type` and `code` of errors that Anthropic's providers name. */
const OPENAI: Readonly<Record<string, readonly [type: string, code: string | null]>> = {
  invalid_request_error: ['invalid_request_error', null],
  authentication_error: ['invalid_request_error', 'invalid_api_key'],
  billing_error: ['insufficient_quota', 'insufficient_quota'],
  permission_error: ['invalid_request_error', 'permission_denied'],
  not_found_error: ['invalid_request_error', 'model_not_found'],
  request_too_large: ['invalid_request_error', 'request_too_large'],
  rate_limit_error: ['rate_limit_error', 'rate_limit_exceeded'],
  timeout_error: ['server_error', 'timeout'],
  overloaded_error: ['server_error', 'server_is_overloaded'],
  api_error: ['server_error', null],
};

/** Anthropic's type by status. */
const BY_STATUS: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/** Anthropic's type by OpenAI's code or type, for errors in a stream. */
const BY_WORD: Readonly<Record<string, string>> = {
  rate_limit_exceeded: 'rate_limit_error',
  insufficient_quota: 'billing_error',
  invalid_api_key: 'authentication_error',
  model_not_found: 'not_found_error',
  server_is_overloaded: 'overloaded_error',
  rate_limit_error: 'rate_limit_error',
  invalid_request_error: 'invalid_request_error',
};

const typeOf = (status: number): string => BY_STATUS[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');

/** An error of Anthropic's form in OpenAI's; `status` is null for one in a stream. */
export function openaiError(status: number | null, body: unknown): JsonObject {
  const told = toldBy(body, status);
  const named = told.type || typeOf(status ?? 500);
  const [type, code] = OPENAI[named] ?? ['server_error', named];
  const tooLong = named === 'invalid_request_error' && told.message.toLowerCase().includes(PROMPT_TOO_LONG);
  return { error: { message: told.message, type, param: told.param, code: told.code ?? (tooLong ? TOO_LONG : code) } };
}

/** An error of OpenAI's form in Anthropic's; `status` is null for one in a stream. */
export function messagesError(status: number | null, body: unknown): JsonObject {
  const told = toldBy(body, status);
  const byWord = BY_WORD[told.code ?? ''] ?? BY_WORD[told.type];
  const type = status === null ? (byWord ?? 'api_error') : typeOf(status);
  const tooLong = told.code === TOO_LONG && !told.message.toLowerCase().includes(PROMPT_TOO_LONG);
  return { type: 'error', error: { type, message: tooLong ? `${PROMPT_TOO_LONG}: ${told.message}` : told.message } };
}

/** An error that is in OpenAI's form already, or is brought into it. */
export function sameError(status: number | null, body: unknown): JsonObject {
  if (isObject(body) && isObject(body['error'])) return body;
  const { message, code, param, type } = toldBy(body, status);
  const fallback = status !== null && status < 500 ? 'invalid_request_error' : 'server_error';
  return { error: { message, type: type || fallback, param, code } };
}
