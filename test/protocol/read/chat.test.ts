import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AUDIO_TOKENS, FILE_TOKENS, IMAGE_TOKENS } from '../../../src/protocol/read/draft.js';
import { readCall } from '../../../src/protocol/read.js';
import { assertRefused } from './refused.js';

const WEATHER = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};
const hello = { role: 'user', content: 'Hello!' };
const chat = (more: object) => readCall('chat', { model: 'auto', messages: [hello], ...more });

describe('a chat completion', () => {
  test('of the least that there can be', () => {
    const { opening, ...call } = chat({});
    assert.match(opening, /^[0-9a-f]{64}$/);
    assert.deepEqual(call, {
      api: 'chat',
      model: 'auto',
      stream: false,
      wantsUsage: true,
      messages: [{ role: 'user', content: 'Hello!' }],
      promptTokens: 2,
      maxOutputTokens: null,
      needs: { tools: false, images: false, audio: false, files: false, json: false },
      tools: [],
      answerSchema: null,
      toolLoop: null,
      continues: false,
      session: null,
      previousAnswer: null,
      metadata: null,
      own: undefined,
    });
  });

  test('with parts of all kinds', () => {
    const call = chat({
      messages: [
        { role: 'developer', content: [{ type: 'text', text: 'Be brief.' }] },
        {
          role: 'user',
          name: 'ann',
          content: [
            { type: 'text', text: 'What is' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'high' } },
            { type: 'text', text: 'this?' },
            { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
            { type: 'file', file: { file_data: 'JVBERi0=', filename: 'a.pdf' } },
            { type: 'of_tomorrow', payload: 'x'.repeat(38) },
          ],
        },
        { role: 'assistant', content: [{ type: 'refusal', refusal: 'I can’t.' }], refusal: null },
        { role: 'user', content: null },
      ],
    });
    assert.deepEqual(call.messages, [
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: 'What is\nthis?' },
      { role: 'assistant', content: 'I can’t.' },
      { role: 'user', content: '' },
    ]);
    assert.deepEqual(call.needs, { tools: false, images: true, audio: true, files: true, json: false });
    const texts = 9 + 7 + 5 + 8;
    const unknown = JSON.stringify({ type: 'of_tomorrow', payload: 'x'.repeat(38) }).length;
    const expected = (texts + unknown) / 4 + IMAGE_TOKENS + AUDIO_TOKENS + FILE_TOKENS;
    assert.ok(Math.abs(call.promptTokens - expected) < 4, `${call.promptTokens} for ${expected}`);
    assert.equal(call.continues, true);
  });

  test('with tools, whose text is read by the LLM', () => {
    const call = chat({
      tools: [WEATHER, { type: 'custom', custom: { name: 'run_sql' } }],
      functions: [{ name: 'old' }],
    });
    assert.deepEqual(call.tools, ['get_weather', 'run_sql', 'old']);
    assert.equal(call.needs.tools, true);
    const expected = (6 + JSON.stringify([WEATHER]).length + 60) / 4;
    assert.ok(Math.abs(call.promptTokens - expected) < 12, `${call.promptTokens} for ${expected}`);
  });

  test('with an answer of a given form', () => {
    const schema = { type: 'object', properties: { a: { type: 'number' } } };
    const json = chat({ response_format: { type: 'json_schema', json_schema: { name: 'a', strict: true, schema } } });
    assert.deepEqual([json.answerSchema, json.needs.json], [schema, true]);
    assert.equal(chat({ response_format: { type: 'json_schema', json_schema: { name: 'a' } } }).answerSchema, 'any');
    assert.equal(chat({ response_format: { type: 'json_object' } }).answerSchema, 'any');
    assert.equal(chat({ response_format: { type: 'text' } }).answerSchema, null);
    assert.equal(chat({ response_format: null }).needs.json, false);
    assert.equal(chat({ modalities: ['text', 'audio'] }).needs.audio, true);
  });

  test('with limits, usage, metadata and what it says to Pointsman', () => {
    assert.equal(chat({ max_tokens: 5 }).maxOutputTokens, 5);
    assert.equal(chat({ max_tokens: 5, max_completion_tokens: 7 }).maxOutputTokens, 7);
    assert.equal(chat({ max_tokens: -1, max_completion_tokens: null }).maxOutputTokens, null);
    assert.equal(chat({ stream: true }).wantsUsage, false);
    assert.equal(chat({ stream: true, stream_options: { include_usage: true } }).wantsUsage, true);
    assert.deepEqual(chat({ metadata: { topic: 'a' } }).metadata, { topic: 'a' });
    assert.deepEqual(chat({ pointsman: { task: 'a' }, x_unknown: 1 }).own, { task: 'a' });
  });

  test('in the middle of a loop of tools', () => {
    const call = chat({
      messages: [
        hello,
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{"unit":"c", "city":"Rome"}' } },
            { id: 'c2', type: 'custom', custom: { name: 'run_sql', input: 'select 1' } },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: '{"isError":true}' },
        { role: 'tool', tool_call_id: 'c2', content: [{ type: 'text', text: '1' }] },
      ],
      tools: [WEATHER],
    });
    assert.deepEqual(call.toolLoop, {
      calls: [
        { name: 'get_weather', arguments: '{"city":"Rome","unit":"c"}', failed: true },
        { name: 'run_sql', arguments: 'select 1', failed: false },
      ],
      repeats: 1,
      failures: 0,
    });
    assert.equal(call.messages.at(-1)?.role, 'tool');
    assert.equal(call.continues, true);
  });

  test('with functions, as they were before tools', () => {
    const call = chat({
      messages: [
        hello,
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
        { role: 'function', name: 'f', content: '{"error":"no"}' },
      ],
    });
    assert.deepEqual(call.toolLoop, { calls: [{ name: 'f', arguments: '{}', failed: true }], repeats: 1, failures: 1 });
    assert.equal(call.needs.tools, true);
  });

  test('whose answer is begun is a first turn', () => {
    assert.equal(chat({ messages: [hello, { role: 'assistant', content: 'Well,' }] }).continues, false);
  });

  test('has the same opening through a conversation, and another where it begins otherwise', () => {
    const system = { role: 'system', content: 'Be brief.' };
    const { opening } = chat({ messages: [system, hello], tools: [WEATHER] });
    const later = [system, hello, { role: 'assistant', content: 'Hi' }, { role: 'user', content: 'Who are you?' }];
    assert.equal(chat({ messages: later, tools: [WEATHER], temperature: 1, model: 'x' }).opening, opening);
    assert.notEqual(chat({ messages: later, tools: [] }).opening, opening);
    assert.notEqual(chat({ messages: [hello], tools: [WEATHER] }).opening, opening);
    assert.notEqual(chat({ messages: [system, { ...hello, content: 'Hello' }], tools: [WEATHER] }).opening, opening);
  });

  test('with a key of the cache belongs to a conversation', () => {
    const id = '0198c5a0-1111-7222-8333-444455556666';
    assert.equal(chat({ prompt_cache_key: id }).session, id);
    const shared = chat({ prompt_cache_key: 'my-app' });
    assert.equal(shared.session, `my-app:${shared.opening.slice(0, 16)}`);
  });

  test('is refused with the field that is wrong', () => {
    const refused = (body: object, message: string) =>
      assertRefused('chat', { model: 'auto', messages: [hello], ...body }, message);
    refused({ model: 7 }, 'model: expected string, got 7');
    refused({ stream: 'yes' }, 'stream: expected boolean, got "yes"');
    refused({ messages: undefined }, 'messages: expected array, got nothing');
    refused({ messages: [] }, 'messages: expected array to have >=1 items, got an array of 0');
    refused({ messages: [hello, 'a'] }, 'messages[1]: expected an object, got "a"');
    refused({ messages: [{ content: 'a' }] }, 'messages[0].role: expected a string, got nothing');
    refused(
      { messages: [hello, hello, { role: 'user', content: 5 }] },
      'messages[2].content: expected a string or a list of parts, got 5',
    );
    refused({ messages: [{ role: 'user', content: ['a'] }] }, 'messages[0].content[0]: expected an object, got "a"');
    refused(
      { messages: [{ role: 'user', content: [{ type: 'text' }] }] },
      'messages[0].content[0].text: expected a string, got nothing',
    );
    refused(
      { messages: [{ role: 'assistant', tool_calls: [null] }, hello] },
      'messages[0].tool_calls[0]: expected an object, got null',
    );
    refused({ messages: [{ role: 'assistant', tool_calls: 'a' }] }, 'messages[0].tool_calls: expected a list, got "a"');
    refused({ tools: ['a'] }, 'tools[0]: expected object, got "a"');
    refused({ tools: [{ type: 'function', function: 'f' }] }, 'tools[0].function: expected an object, got "f"');
    refused(
      { tools: [{ type: 'function', function: { name: 1 } }] },
      'tools[0].function.name: expected a string, got 1',
    );
    refused({ max_tokens: 'a' }, 'max_tokens: expected number, got "a"');
    refused({ metadata: 'a' }, 'metadata: expected object, got "a"');
    refused({ response_format: { type: 1 } }, 'response_format.type: expected string, got 1');
    const text = 'a'.repeat(10_000_001);
    refused(
      { messages: [{ role: 'user', content: text }] },
      'messages[0].content: expected at most 10000000 characters, got string of 10000001 characters',
    );
    assertRefused('chat', [], 'the whole: expected object, got an array of 0');
  });
});
