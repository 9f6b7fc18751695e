import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { queryOf } from '../../src/endpoint/query.js';
import type { CallMessage } from '../../src/protocol/types.js';
import { MAX_QUERY_CHARS } from '../../src/schema/feedback.js';

const user = (content: string): CallMessage => ({ role: 'user', content });
const REMINDER = '<system-reminder>\nToday is Sunday.\n</system-reminder>\n';

describe('a call is routed by', () => {
  test('the last message of the user that says something', () => {
    const messages = [user('One'), { role: 'assistant', content: 'Two' }, user(' Three '), user(' ')] as const;
    assert.equal(queryOf(messages), ' Three ');
  });

  test('what the user says, and not what an agent adds before and after', () => {
    assert.equal(
      queryOf([user(`${REMINDER}\nSay hello\n<environment_details>\nfiles\n</environment_details>`)]),
      'Say hello',
    );
  });

  test('an earlier message, where a later one is an agent’s alone', () => {
    assert.equal(queryOf([user('Say hello'), { role: 'tool', content: 'done' }, user(REMINDER)]), 'Say hello');
  });

  test('what an agent says, where nobody else says anything', () => {
    assert.equal(queryOf([{ role: 'system', content: 'Be brief.' }, user(REMINDER)]), REMINDER);
  });

  test('HTML, elements in a line, and elements without an end, as they are', () => {
    for (const text of ['<div>\nWhy?\n</div>', 'Why <a-b>no</a-b>?', '<system-reminder>\nWhy?'])
      assert.equal(queryOf([user(text)]), text);
  });

  test('a text no longer than a query may be, whatever an agent adds', () => {
    const long = `<system-reminder>${'x'.repeat(MAX_QUERY_CHARS)}</system-reminder>\nSay hello`;
    assert.equal(queryOf([user(long)]), 'Say hello');
    assert.equal(queryOf([user('y'.repeat(MAX_QUERY_CHARS + 1))]).length, MAX_QUERY_CHARS);
  });

  test('all other text where no user says anything, and a stand-in where there is none', () => {
    assert.equal(queryOf([{ role: 'system', content: 'Be brief.' }]), 'Be brief.');
    assert.equal(queryOf([user('')]), '(no text)');
  });
});
