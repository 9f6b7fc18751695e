import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MAX_ARGUMENT_CHARS, MAX_KEPT_CHARS } from '../../../src/protocol/observe.js';
import { CHAT, CHAT_TOOLS, chatChunk, chatUsage, DONE } from '../streams.js';
import { streamed, whole } from './observed.js';

const usage = { prompt: 1117, completion: 46, cached: 1024, cacheWritten: 0, reasoning: 12 };
const calls = [
  { name: 'get_weather', arguments: '{"city":"Rome"}' },
  { name: 'get_time', arguments: '{}' },
];
const ID = 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT';

const completion = (message: object, finish_reason: string, more: object = {}) => ({
  id: ID,
  object: 'chat.completion',
  created: 1741569952,
  model: 'gpt-5-mini-2025-08-07',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, logprobs: null, finish_reason }],
  usage: chatUsage,
  ...more,
});

describe('of a chat completion is seen', () => {
  test('its text, usage and end', () => {
    const expected = { id: ID, finish: 'stop', usage, text: 'Grüße 😀', refusal: '', toolCalls: [], error: null };
    assert.deepEqual(streamed('chat', CHAT), { ...expected, complete: true });
    assert.deepEqual(whole('chat', completion({ content: 'Grüße 😀', refusal: null }, 'stop')), {
      ...expected,
      complete: true,
    });
  });

  test('which tools it calls, however their parts come', () => {
    const seen = streamed('chat', CHAT_TOOLS);
    assert.deepEqual([seen.toolCalls, seen.finish, seen.usage], [calls, 'tool_calls', null]);
    const tool_calls = calls.map((call, i) => ({ id: `call_${i}`, type: 'function', function: call }));
    assert.deepEqual(whole('chat', completion({ content: null, tool_calls }, 'tool_calls')).toolCalls, calls);
    // Gemini sends whole calls, without an index.
    assert.deepEqual(streamed('chat', chatChunk({ tool_calls }, 'stop')).toolCalls, calls);
    assert.equal(streamed('chat', chatChunk({ tool_calls }, 'stop')).finish, 'tool_calls');
    const custom = [{ id: 'c', type: 'custom', custom: { name: 'sql', input: 'select "a"' } }];
    assert.deepEqual(whole('chat', completion({ tool_calls: custom }, 'tool_calls')).toolCalls, [
      { name: 'sql', arguments: '"select \\"a\\""' },
    ]);
    const legacy = { content: null, function_call: calls[0] };
    assert.deepEqual(whole('chat', completion(legacy, 'function_call')).toolCalls, [calls[0]]);
  });

  test('why it ended', () => {
    const endOf = (message: object, reason: string) => [
      whole('chat', completion(message, reason)).finish,
      streamed('chat', chatChunk(message, reason)).finish,
    ];
    assert.deepEqual(endOf({ content: 'a' }, 'length'), ['length', 'length']);
    assert.deepEqual(endOf({ content: 'a' }, 'content_filter'), ['content_filter', 'content_filter']);
    assert.deepEqual(endOf({ refusal: 'I can’t.' }, 'stop'), ['refusal', 'refusal']);
    assert.deepEqual(endOf({ content: 'a' }, 'of_tomorrow'), ['other', 'other']);
    assert.equal(streamed('chat', chatChunk({ refusal: 'I can' }) + chatChunk({ refusal: '’t.' })).refusal, 'I can’t.');
  });

  test('whether it came to its end', () => {
    assert.equal(streamed('chat', chatChunk({ content: 'a' })).complete, false);
    assert.equal(streamed('chat', chatChunk({ content: 'a' }, 'stop')).complete, true);
    assert.equal(streamed('chat', chatChunk({ content: 'a' }) + DONE).complete, true);
    const second = { choices: [{ index: 1, delta: { content: 'b' }, finish_reason: null }] };
    const seen = streamed('chat', chatChunk({ content: 'a' }) + chatChunk({}, null, second) + chatChunk({}, 'stop'));
    assert.deepEqual([seen.complete, seen.text], [false, 'a']);
  });

  test('its error, in the middle or instead of an answer', () => {
    const error = { message: 'Overloaded', type: 'server_error', param: null, code: null };
    const line = `data: ${JSON.stringify({ error })}\n\n`;
    assert.deepEqual(streamed('chat', chatChunk({ content: 'a' }) + line).error, {
      type: 'server_error',
      message: 'Overloaded',
    });
    assert.deepEqual(whole('chat', { error: { message: 'No', code: 502 } }).error, { type: 'error', message: 'No' });
    assert.deepEqual(whole('chat', { error: 'no such model' }).error, { type: 'error', message: 'no such model' });
    assert.equal(whole('chat', completion({ content: 'a' }, 'stop', { error: null })).error, null);
  });

  test('usage where providers have it in places of their own', () => {
    const groq = streamed('chat', chatChunk({}, 'stop', { usage: undefined, x_groq: { usage: chatUsage } }));
    assert.deepEqual(groq.usage, usage);
    const deepSeek = {
      prompt_tokens: 9,
      completion_tokens: 1,
      prompt_cache_hit_tokens: 8,
      prompt_cache_miss_tokens: 1,
    };
    assert.equal(whole('chat', completion({}, 'stop', { usage: deepSeek })).usage?.cached, 8);
    const strange = { prompt_tokens: '9', completion_tokens: -1, prompt_tokens_details: null };
    assert.deepEqual(whole('chat', completion({}, 'stop', { usage: strange })).usage, {
      prompt: 0,
      completion: 0,
      cached: 0,
      cacheWritten: 0,
      reasoning: 0,
    });
  });

  test('no more than the beginning of what is very long', () => {
    const long = chatChunk({ content: 'x'.repeat(150_000) });
    assert.equal(streamed('chat', long + long + long).text.length, MAX_KEPT_CHARS);
    const call = chatChunk({ tool_calls: [{ index: 0, function: { name: 'f', arguments: 'x'.repeat(600_000) } }] });
    assert.equal(streamed('chat', call + call).toolCalls[0]?.arguments.length, MAX_ARGUMENT_CHARS);
    const many = Array.from({ length: 5000 }, (_, i) => ({ id: `c${i}`, function: { name: 'f', arguments: '{}' } }));
    assert.equal(whole('chat', completion({ tool_calls: many }, 'tool_calls')).toolCalls.length, 1000);
  });

  test('nothing of what has another form', () => {
    for (const body of [{}, { choices: {} }, { choices: [null, 5, { delta: 5, message: [] }] }, { usage: [] }]) {
      assert.equal(whole('chat', body).text, '');
      assert.equal(streamed('chat', `data: ${JSON.stringify(body)}\n\n`).finish, null);
    }
  });
});
