import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../../src/protocol/types.js';
import { translation } from './play.js';

const toChat = (status: number, body: unknown): JsonObject =>
  translation('chat', 'messages').error(status, body)['error'] as JsonObject;
const toMessages = (status: number, body: unknown): JsonObject => translation('messages', 'chat').error(status, body);
const named = (type: string, message = 'Why'): JsonObject => ({
  type: 'error',
  error: { type, message },
  request_id: 'r',
});

describe('an error', () => {
  test('of messages has OpenAI’s type and code, and its own words', () => {
    const cases: [number, string, string, string | null][] = [
      [400, 'invalid_request_error', 'invalid_request_error', null],
      [401, 'authentication_error', 'invalid_request_error', 'invalid_api_key'],
      [404, 'not_found_error', 'invalid_request_error', 'model_not_found'],
      [429, 'rate_limit_error', 'rate_limit_error', 'rate_limit_exceeded'],
      [500, 'api_error', 'server_error', null],
      [529, 'overloaded_error', 'server_error', 'server_is_overloaded'],
      [418, 'teapot_error', 'server_error', 'teapot_error'],
    ];
    for (const [status, type, made, code] of cases)
      assert.deepEqual(toChat(status, named(type)), { message: 'Why', type: made, param: null, code }, type);
  });

  test('of chat has Anthropic’s type by its status', () => {
    const body = { error: { message: 'Why', type: 'requests', param: null, code: 'rate_limit_exceeded' } };
    for (const [status, type] of [
      [400, 'invalid_request_error'],
      [401, 'authentication_error'],
      [403, 'permission_error'],
      [404, 'not_found_error'],
      [413, 'request_too_large'],
      [422, 'invalid_request_error'],
      [429, 'rate_limit_error'],
      [500, 'api_error'],
      [529, 'overloaded_error'],
    ] as const)
      assert.deepEqual(toMessages(status, body), { type: 'error', error: { type, message: 'Why' } });
  });

  test('of a prompt that is too long is known as one on the other side', () => {
    const long = 'prompt is too long: 210000 tokens > 200000 maximum';
    assert.equal(toChat(400, named('invalid_request_error', long))['code'], 'context_length_exceeded');
    const error = { message: 'Maximum is 1000 tokens', type: 'invalid_request_error', code: 'context_length_exceeded' };
    const { error: made } = toMessages(400, { error }) as { error: JsonObject };
    assert.equal(made['message'], 'prompt is too long: Maximum is 1000 tokens');
  });

  test('in no known form keeps its text', () => {
    assert.equal(toChat(502, '<h1>Bad gateway</h1>')['message'], '<h1>Bad gateway</h1>');
    assert.equal(toChat(502, undefined)['message'], 'The provider failed with status 502');
    assert.equal(toChat(400, { detail: [{ loc: 'x' }] })['message'], '{"detail":[{"loc":"x"}]}');
    // vLLM's form has no object in between.
    assert.deepEqual(toMessages(400, { object: 'error', message: 'Why', type: 'BadRequestError', code: 400 }), {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'Why' },
    });
    assert.equal((toMessages(503, 'x'.repeat(10_000)) as { error: { message: string } }).error.message.length, 4000);
  });

  test('of chat is one of responses as it is', () => {
    const { error } = translation('responses', 'chat');
    const body = { error: { message: 'Why', type: 'requests', param: 'x', code: 'y', more: 1 } };
    assert.deepEqual(error(429, body), body);
    assert.deepEqual(error(503, 'Down'), { error: { message: 'Down', type: 'server_error', param: null, code: null } });
  });
});
