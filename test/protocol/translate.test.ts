import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PointsmanError } from '../../src/base/errors.js';
import { isTranslatable, translationOf } from '../../src/protocol/translate.js';
import { APIS, type JsonObject } from '../../src/protocol/types.js';
import { chunk, chunks, named, played, refuses, translation } from './translate/play.js';

describe('a translation', () => {
  test('is null within a form, there for four pairs, and refused for others', () => {
    const there = APIS.flatMap((client) =>
      APIS.flatMap((provider) => {
        if (!isTranslatable(client, provider)) {
          assert.throws(
            () => translationOf(client, provider),
            (error: unknown) => error instanceof PointsmanError && error.code === 'internal',
          );
          return [];
        }
        const made = translationOf(client, provider);
        assert.equal(made === null, client === provider);
        return made === null ? [] : [`${client} ${provider}`];
      }),
    );
    assert.deepEqual(there, ['chat messages', 'responses chat', 'responses messages', 'messages chat']);
  });

  test('goes from responses to messages by way of chat', () => {
    const request = translation('responses', 'messages').request({
      model: 'claude-sonnet-4-6',
      instructions: 'Be brief.',
      input: [
        { role: 'user', content: [{ type: 'input_image', image_url: 'data:image/png;base64,AAAA' }] },
        { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{}' },
        { type: 'function_call_output', call_id: 'call_1', output: 'Cat' },
      ],
      tools: [{ type: 'function', name: 'look', parameters: { type: 'object' }, strict: null }],
      text: { format: { type: 'json_schema', name: 'x', schema: { type: 'object' }, strict: true } },
      reasoning: { effort: 'high' },
      max_output_tokens: 50,
      stream: true,
    });
    assert.deepEqual(request, {
      model: 'claude-sonnet-4-6',
      max_tokens: 50,
      system: 'Be brief.',
      messages: [
        {
          role: 'user',
          content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }],
        },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'call_1', name: 'look', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: 'Cat' }] },
      ],
      tools: [{ name: 'look', input_schema: { type: 'object', properties: {} } }],
      thinking: { type: 'adaptive' },
      output_config: {
        effort: 'high',
        format: { type: 'json_schema', schema: { type: 'object', additionalProperties: false } },
      },
      stream: true,
    });
  });

  test('names fields of responses where messages have nothing for them', () => {
    const refused = (body: JsonObject, field: string): void =>
      refuses('responses', 'messages', { input: 'Hello', ...body }, field);
    refused({ top_logprobs: 3 }, 'include');
    refused({ input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'x' }] }] }, 'input');
    refused({ previous_response_id: 'x' }, 'previous_response_id');
  });

  test('answers responses by messages, whole, in errors and in streams', () => {
    const { answer, error } = translation('responses', 'messages');
    const made = answer({
      id: 'msg_1',
      model: 'claude-haiku-4-5',
      content: [
        { type: 'text', text: 'So' },
        { type: 'tool_use', id: 'toolu_1', name: 'look', input: { a: 1 } },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 3, cache_read_input_tokens: 4, output_tokens: 5 },
    });
    const output = made['output'] as JsonObject[];
    assert.deepEqual(
      output.map((item) => item['type']),
      ['message', 'function_call'],
    );
    assert.equal((made['usage'] as JsonObject)['input_tokens'], 7);
    assert.deepEqual(error(429, { type: 'error', error: { type: 'rate_limit_error', message: 'Slow' } }), {
      error: { message: 'Slow', type: 'rate_limit_error', param: null, code: 'rate_limit_exceeded' },
    });
    const events = played(
      'responses',
      'messages',
      named(
        { type: 'message_start', message: { id: 'msg_1', model: 'claude-haiku-4-5', usage: { input_tokens: 3 } } },
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } },
        { type: 'content_block_stop', index: 0 },
        { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } },
        { type: 'message_stop' },
      ),
    );
    const last = events.at(-1) as { type: string; response: JsonObject };
    assert.equal(last.type, 'response.completed');
    assert.equal((last.response['usage'] as JsonObject)['total_tokens'], 8);
  });
});

describe('a translation there and back', () => {
  test('keeps the meaning of a request', () => {
    const body = {
      model: 'kimi-k2',
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
            { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' } },
          ],
        },
        {
          role: 'assistant',
          content: 'Let me look.',
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"at":[1,2]}' } },
            { id: 'call_2', type: 'function', function: { name: 'look', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'A cat' },
        { role: 'tool', tool_call_id: 'call_2', content: 'A dog' },
        { role: 'user', content: 'Which?' },
      ],
      max_tokens: 77,
      temperature: 0.5,
      stop: ['END'],
      user: 'u-1',
      stream: true,
      stream_options: { include_usage: true },
      parallel_tool_calls: false,
      tool_choice: { type: 'function', function: { name: 'look' } },
      tools: [
        {
          type: 'function',
          function: { name: 'look', description: 'Looks', parameters: { type: 'object', properties: {} } },
        },
      ],
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'answer',
          strict: true,
          schema: {
            type: 'object',
            properties: { n: { type: 'integer' } },
            required: ['n'],
            additionalProperties: false,
          },
        },
      },
    };
    const there = translation('chat', 'messages').request(body);
    assert.deepEqual(translation('messages', 'chat').request(there), body);
  });

  test('keeps the meaning of an answer', () => {
    const body = {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_760_000_000,
      model: 'gpt-5-mini',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'So:',
            refusal: null,
            tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"at":1}' } }],
          },
          logprobs: null,
          finish_reason: 'tool_calls',
        },
      ],
      usage: {
        prompt_tokens: 100,
        completion_tokens: 20,
        total_tokens: 120,
        prompt_tokens_details: { cached_tokens: 64, cache_write_tokens: 3 },
        completion_tokens_details: { reasoning_tokens: 5 },
      },
    };
    const there = translation('messages', 'chat').answer(body);
    assert.deepEqual(translation('chat', 'messages').answer(there), body);
  });

  test('keeps the meaning of a stream', () => {
    const args = (text: string): JsonObject => chunk({ tool_calls: [{ index: 0, function: { arguments: text } }] });
    const begun = { index: 0, id: 'call_1', type: 'function', function: { name: 'look', arguments: '' } };
    const there = played(
      'messages',
      'chat',
      chunks(
        chunk({ content: 'So' }),
        chunk({ content: ':' }),
        chunk({ tool_calls: [begun] }),
        args('{"a"'),
        args(':1}'),
        chunk({}, 'tool_calls'),
      ),
    );
    const back = played('chat', 'messages', named(...there));
    assert.deepEqual(
      back.flatMap(({ choices }) => (choices as { delta: JsonObject }[]).map(({ delta }) => delta)),
      [
        { role: 'assistant', content: '', refusal: null },
        { content: 'So' },
        { content: ':' },
        { tool_calls: [begun] },
        { tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] },
        { tool_calls: [{ index: 0, function: { arguments: ':1}' } }] },
        {},
      ],
    );
  });
});
