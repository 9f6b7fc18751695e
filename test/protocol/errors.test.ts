import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES, PointsmanError, type ErrorCode } from '../../src/base/errors.js';
import { anthropicErrorForm, openAiErrorForm } from '../../src/protocol/errors.js';

test('an error has the form of each protocol, with the field that is wrong', () => {
  const issues = [{ field: 'messages[2].content', expected: 'a string', received: '5' }];
  const error = new PointsmanError('invalid_request', 'messages[2].content: expected a string, got 5', { issues });
  assert.deepEqual(openAiErrorForm.bodyOf(error), {
    error: {
      message: 'messages[2].content: expected a string, got 5',
      type: 'invalid_request_error',
      param: 'messages[2].content',
      code: 'invalid_request',
    },
  });
  assert.deepEqual(anthropicErrorForm.bodyOf(error), {
    type: 'error',
    error: {
      type: 'invalid_request_error',
      message: 'messages[2].content: expected a string, got 5',
      code: 'invalid_request',
    },
  });
});

test('errors have the types that the protocols’ clients know', () => {
  const typesOf = (code: ErrorCode) => {
    const error = new PointsmanError(code, 'x');
    return [openAiErrorForm.bodyOf(error).error.type, anthropicErrorForm.bodyOf(error).error.type];
  };
  const expected: Partial<Record<ErrorCode, [string, string]>> = {
    invalid_json: ['invalid_request_error', 'invalid_request_error'],
    unauthorized: ['authentication_error', 'authentication_error'],
    forbidden: ['permission_error', 'permission_error'],
    model_not_allowed: ['permission_error', 'permission_error'],
    model_not_found: ['invalid_request_error', 'not_found_error'],
    no_candidate: ['invalid_request_error', 'invalid_request_error'],
    payload_too_large: ['invalid_request_error', 'request_too_large'],
    rate_limited: ['rate_limit_error', 'rate_limit_error'],
    budget_exhausted: ['insufficient_quota', 'billing_error'],
    ledger_busy: ['server_error', 'overloaded_error'],
    internal: ['server_error', 'api_error'],
  };
  for (const [code, types] of Object.entries(expected)) assert.deepEqual(typesOf(code as ErrorCode), types, code);
});

test('the body of every error fits its schema', () => {
  for (const code of Object.keys(ERROR_CODES) as ErrorCode[])
    for (const { schema, bodyOf, contentType } of [openAiErrorForm, anthropicErrorForm]) {
      const body = bodyOf(new PointsmanError(code, 'x'));
      assert.deepEqual(schema.parse(body), body);
      assert.equal(contentType, 'application/json');
    }
});
