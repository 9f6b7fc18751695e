import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalBody } from '../../src/protocol/refusal.js';
import { translationOf } from '../../src/protocol/translate.js';
import type { Api } from '../../src/protocol/types.js';

const own = (api: Api, status: number, text: string): string => refusalBody({ api, translation: null }, status, text);
const OPENAI = '{ "error": {"message": "Too long", "type": "invalid_request_error", "more": 1} }';
const ANTHROPIC = '{ "type": "error", "error": {"type": "invalid_request_error", "message": "Too long"} }';
const PAGE = '<html>413 Request Entity Too Large</html>';

test('an error in the client’s form goes through byte by byte', () => {
  for (const api of ['chat', 'responses', 'embeddings'] as const) assert.equal(own(api, 400, OPENAI), OPENAI);
  assert.equal(own('messages', 400, ANTHROPIC), ANTHROPIC);
});

test('what is no error of the form is brought into it, with what it says', () => {
  assert.deepEqual(JSON.parse(own('chat', 413, PAGE)), {
    error: { message: PAGE, type: 'invalid_request_error', param: null, code: null },
  });
  assert.deepEqual(JSON.parse(own('messages', 413, PAGE)), {
    type: 'error',
    error: { type: 'request_too_large', message: PAGE },
  });
  assert.equal(JSON.parse(own('embeddings', 422, '{"detail":"no input"}')).error.message, '{"detail":"no input"}');
  assert.equal(JSON.parse(own('messages', 400, OPENAI)).error.message, 'Too long');
  assert.equal(JSON.parse(own('chat', 400, '')).error.message, 'The provider failed with status 400');
});

test('an error of another form is translated', () => {
  const translation = translationOf('chat', 'messages');
  assert.equal(JSON.parse(refusalBody({ api: 'chat', translation }, 400, ANTHROPIC)).error.message, 'Too long');
  assert.equal(JSON.parse(refusalBody({ api: 'chat', translation }, 413, PAGE)).error.message, PAGE);
});
