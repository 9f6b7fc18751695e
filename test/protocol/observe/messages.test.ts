import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MESSAGE } from '../streams.js';
import { streamed, whole } from './observed.js';

const facts = {
  id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
  finish: 'tool_calls',
  usage: { prompt: 2125, completion: 89, cached: 2000, cacheWritten: 100, reasoning: 7 },
  text: 'Hello!',
  refusal: '',
  toolCalls: [
    { name: 'get_weather', arguments: '{"city":"Rome"}' },
    { name: 'get_time', arguments: '{}' },
  ],
  error: null,
  complete: true,
};

const message = (more: object) => ({
  id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5-20250929',
  content: [{ type: 'text', text: 'Hello!' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 25, output_tokens: 89 },
  ...more,
});

describe('of a message is seen', () => {
  test('its text, calls, usage and end, streamed', () => {
    assert.deepEqual(streamed('messages', MESSAGE), facts);
  });

  test('the same of a whole one', () => {
    const body = message({
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'EqQB' },
        { type: 'text', text: 'Hello!' },
        { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Rome' } },
        { type: 'tool_use', id: 'toolu_2', name: 'get_time', input: {} },
        { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { q: 'x' } },
      ],
      stop_reason: 'tool_use',
      usage: {
        input_tokens: 25,
        cache_creation_input_tokens: 100,
        cache_read_input_tokens: 2000,
        output_tokens: 89,
        output_tokens_details: { thinking_tokens: 7 },
      },
    });
    assert.deepEqual(whole('messages', body), facts);
  });

  test('why it ended', () => {
    const endOf = (stop_reason: string) => whole('messages', message({ stop_reason })).finish;
    assert.deepEqual(['end_turn', 'stop_sequence', 'max_tokens', 'model_context_window_exceeded'].map(endOf), [
      'stop',
      'stop',
      'length',
      'length',
    ]);
    assert.deepEqual(['tool_use', 'refusal', 'pause_turn'].map(endOf), ['tool_calls', 'refusal', 'other']);
    const stop_details = { type: 'refusal', category: 'cyber', explanation: 'This may do harm.' };
    assert.equal(whole('messages', message({ stop_reason: 'refusal', stop_details })).refusal, 'This may do harm.');
  });

  test('that it broke off', () => {
    const seen = streamed('messages', MESSAGE.slice(0, MESSAGE.indexOf('event: message_delta')));
    assert.deepEqual([seen.complete, seen.finish, seen.text], [false, null, 'Hello!']);
    assert.deepEqual(seen.usage, { prompt: 2125, completion: 1, cached: 2000, cacheWritten: 100, reasoning: 0 });
  });

  test('its error, in the middle or instead of a message', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    const expected = { type: 'overloaded_error', message: 'Overloaded' };
    assert.deepEqual(streamed('messages', `event: error\ndata: ${JSON.stringify(error)}\n\n`).error, expected);
    assert.deepEqual(whole('messages', error).error, expected);
  });

  test('the input of a call that its start has whole', () => {
    const block = { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } };
    const stream = [
      { type: 'content_block_start', index: 0, content_block: block },
      { type: 'content_block_stop', index: 0 },
    ].map((event) => `data: ${JSON.stringify(event)}\n\n`);
    assert.deepEqual(streamed('messages', stream.join('')).toolCalls, [{ name: 'f', arguments: '{"a":1}' }]);
  });

  test('nothing of what has another form', () => {
    for (const type of ['message_start', 'message_delta', 'content_block_start', 'content_block_delta', 'of_tomorrow'])
      assert.equal(streamed('messages', `data: ${JSON.stringify({ type, delta: 5 })}\n\n`).text, '');
    assert.equal(whole('messages', { content: 'a', usage: null }).text, '');
  });
});
