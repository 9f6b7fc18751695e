import type { JsonObject } from '../../src/protocol/types.js';
import type { Refusal } from './types.js';

const OPENAI: Readonly<Record<number, string>> = { 429: 'requests', 500: 'server_error', 503: 'server_error' };
const ANTHROPIC: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

/** An error as OpenAI answers it, or as Anthropic does. */
export function errorBody(
  { status, message, code, param }: Refusal,
  isAnthropic: boolean,
  request: string,
): JsonObject {
  return isAnthropic
    ? { type: 'error', error: { type: ANTHROPIC[status] ?? 'api_error', message }, request_id: request }
    : { error: { message, type: OPENAI[status] ?? 'invalid_request_error', param, code } };
}
