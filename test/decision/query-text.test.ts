import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queryText } from '../../src/decision/query-text.js';
import { MAX_QUERY_CHARS } from '../../src/schema/feedback.js';
import { RouteRequest } from '../../src/schema/route.js';

function textOf(messages: object[]): string {
  return queryText(RouteRequest.parse({ messages }));
}

test('the last user message is what is routed by', () => {
  assert.equal(
    textOf([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'first' },
      { role: 'assistant', content: 'answer' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'second' },
          { type: 'image_url', image_url: { url: 'data:' } },
          { type: 'text', text: 'third' },
        ],
      },
      { role: 'assistant', content: null, tool_calls: [] },
    ]),
    'second\nthird',
  );
});

test('an image alone is no text: the message before it counts', () => {
  assert.equal(
    textOf([
      { role: 'user', content: 'what is this?' },
      { role: 'user', content: [{ type: 'image_url' }] },
    ]),
    'what is this?',
  );
});

test('without user text, the system’s and developer’s', () => {
  assert.equal(
    textOf([
      { role: 'system', content: 'Translate.' },
      { role: 'developer', content: 'To French.' },
      { role: 'user', content: ' ' },
    ]),
    'Translate.\nTo French.',
  );
});

test('no text at all is refused by name', () => {
  assert.throws(() => textOf([{ role: 'assistant', content: 'hello' }]), {
    code: 'invalid_request',
    message: /^messages: /,
  });
});

test('a chat longer than a query may be is cut, not refused', () => {
  assert.equal(textOf([{ role: 'user', content: 'x'.repeat(MAX_QUERY_CHARS + 1) }]).length, MAX_QUERY_CHARS);
});
