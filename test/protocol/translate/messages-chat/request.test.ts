import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MESSAGES_DROPPED } from '../../../../src/protocol/translate/fields.js';
import type { JsonObject } from '../../../../src/protocol/types.js';
import { refuses, translation } from '../play.js';

const USER = { role: 'user', content: 'Hello' };
const BASE = { model: 'gpt-4.1', max_tokens: 100, messages: [USER] };
const request = (body: JsonObject): JsonObject => translation('messages', 'chat').request({ ...BASE, ...body });
const messagesOf = (...messages: JsonObject[]): unknown => request({ messages })['messages'];
const text = (value: string): JsonObject => ({ type: 'text', text: value });
const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const open = { type: 'object', properties: { city: { type: 'string' } } };

describe('a request of messages as one of chat', () => {
  test('has the system first, and texts as one text', () => {
    const made = request({
      system: [{ ...text('Be brief.'), cache_control: { type: 'ephemeral' } }, text('Be kind.')],
      messages: [
        { role: 'user', content: [text('One'), text('Two')] },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm', signature: 'x' },
            { type: 'redacted_thinking', data: 'x' },
            text('Three, '),
            text('four'),
          ],
        },
        { role: 'assistant', content: [{ type: 'thinking', thinking: 'Hm', signature: 'x' }] },
        { role: 'system', content: 'Be quick.' },
        USER,
      ],
    });
    assert.deepEqual(made['messages'], [
      { role: 'system', content: 'Be brief.\n\nBe kind.' },
      { role: 'user', content: 'One\n\nTwo' },
      { role: 'assistant', content: 'Three, four' },
      { role: 'system', content: 'Be quick.' },
      USER,
    ]);
    assert.deepEqual(messagesOf(USER), [USER]);
  });

  test('has images and documents', () => {
    const pdf = { type: 'base64', media_type: 'application/pdf', data: 'JVBE' };
    const made = messagesOf({
      role: 'user',
      content: [
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
        { type: 'image', source: { type: 'url', url: 'https://example.com/cat.png' } },
        { type: 'document', source: pdf, title: 'a.pdf' },
        { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Plain' }, title: 'b' },
        { type: 'document', source: { type: 'content', content: [text('Inner')] } },
        { type: 'search_result', title: 't', source: 's', content: [text('Found')] },
      ],
    });
    assert.deepEqual(made, [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          { type: 'image_url', image_url: { url: 'https://example.com/cat.png' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' } },
          text('b'),
          text('Plain'),
          text('Inner'),
          text('t'),
          text('s'),
          text('Found'),
        ],
      },
    ]);
  });

  test('has calls of tools, their results, failures, and then what results show', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } };
    const made = messagesOf(
      USER,
      {
        role: 'assistant',
        content: [
          text('Let me see.'),
          { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'cat' } },
          { type: 'tool_use', id: 'toolu_2', name: 'weather', input: {} },
          { type: 'tool_use', id: 'toolu_3', name: 'weather', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_1', content: [image] },
          { type: 'tool_result', tool_use_id: 'toolu_2', content: 'No such city', is_error: true },
          { type: 'tool_result', tool_use_id: 'toolu_3', is_error: false },
          text('Well?'),
        ],
      },
    ) as JsonObject[];
    const call = (id: string, name: string, args: string): JsonObject => ({
      id,
      type: 'function',
      function: { name, arguments: args },
    });
    assert.deepEqual(made.slice(1), [
      {
        role: 'assistant',
        content: 'Let me see.',
        tool_calls: [
          call('toolu_1', 'look', '{"at":"cat"}'),
          call('toolu_2', 'weather', '{}'),
          call('toolu_3', 'weather', '{}'),
        ],
      },
      { role: 'tool', tool_call_id: 'toolu_1', content: '(The result is in the next message of the user.)' },
      { role: 'tool', tool_call_id: 'toolu_2', content: 'Error: No such city' },
      { role: 'tool', tool_call_id: 'toolu_3', content: '' },
      {
        role: 'user',
        content: [
          text('(Shown by the results of the tools.)'),
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
      { role: 'user', content: 'Well?' },
    ]);
  });

  test('has tools, strict where OpenAI can be', () => {
    const made = request({
      tools: [
        { name: 'a', description: 'A', input_schema: schema, strict: true, cache_control: { type: 'ephemeral' } },
        { type: 'custom', name: 'b', input_schema: open, strict: true },
      ],
    });
    assert.deepEqual(made['tools'], [
      { type: 'function', function: { name: 'a', description: 'A', parameters: schema, strict: true } },
      { type: 'function', function: { name: 'b', parameters: open } },
    ]);
  });

  test('has each choice of tools', () => {
    const tools = [{ name: 'a', input_schema: open }];
    const choice = (value: JsonObject): unknown[] => {
      const made = request({ tools, tool_choice: value });
      return [made['tool_choice'], made['parallel_tool_calls']];
    };
    assert.deepEqual(choice({ type: 'auto' }), ['auto', undefined]);
    assert.deepEqual(choice({ type: 'any', disable_parallel_tool_use: true }), ['required', false]);
    assert.deepEqual(choice({ type: 'none' }), ['none', undefined]);
    assert.deepEqual(choice({ type: 'tool', name: 'a' }), [{ type: 'function', function: { name: 'a' } }, undefined]);
  });

  test('has a JSON schema as the response format', () => {
    const format = (value: unknown): unknown =>
      request({ output_config: { format: { type: 'json_schema', schema: value } } })['response_format'];
    assert.deepEqual(format(schema), { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } });
    assert.deepEqual(format(open), { type: 'json_schema', json_schema: { name: 'answer', schema: open } });
  });

  test('has what tunes, as far as the LLM takes it', () => {
    const tuned = { temperature: 0.3, top_p: 0.9, output_config: { effort: 'max' } };
    const old = request(tuned);
    assert.deepEqual(
      [old['max_tokens'], old['temperature'], old['top_p'], old['reasoning_effort']],
      [100, 0.3, 0.9, undefined],
    );
    for (const model of ['gpt-5-mini', 'openai/o4-mini', 'o3']) {
      const made = request({ ...tuned, model });
      assert.deepEqual(
        [made['max_tokens'], made['max_completion_tokens'], made['temperature'], made['top_p']],
        [undefined, 100, undefined, undefined],
        model,
      );
      assert.equal(made['reasoning_effort'], 'high');
    }
    const budget = (tokens: number): unknown =>
      request({ model: 'gpt-oss-120b', thinking: { type: 'enabled', budget_tokens: tokens } })['reasoning_effort'];
    assert.deepEqual([budget(1024), budget(8000), budget(32_000)], ['low', 'medium', 'high']);
    assert.equal(request({ model: 'gpt-5-chat-latest', temperature: 0.3 })['temperature'], 0.3);
  });

  test('has stops, the user, and usage of a stream', () => {
    const made = request({ stop_sequences: ['END'], metadata: { user_id: '{"device":"x"}' }, stream: true });
    assert.deepEqual(made['stop'], ['END']);
    assert.match(String(made['user']), /^[\da-f]{64}$/);
    assert.deepEqual([made['stream'], made['stream_options']], [true, { include_usage: true }]);
    assert.equal(request({ stream: false })['stream_options'], undefined);
  });

  test('leaves out what only tunes', () => {
    const dropped = Object.fromEntries(MESSAGES_DROPPED.map((field) => [field, 1]));
    assert.deepEqual(request({ ...dropped, thinking: { type: 'adaptive' } }), request({}));
    assert.deepEqual(Object.keys(request({})), ['model', 'messages', 'max_tokens']);
  });

  test('is refused where a field changes the answer and has no counterpart', () => {
    const content = (block: JsonObject): JsonObject => ({ messages: [{ role: 'user', content: [block] }] });
    const within = (block: JsonObject): JsonObject => ({
      type: 'document',
      source: { type: 'content', content: [block] },
    });
    const cases: [JsonObject, string][] = [
      [{ mcp_servers: [{ name: 'x' }] }, 'mcp_servers'],
      [{ container: 'c' }, 'container'],
      [{ inference_geo: 'us' }, 'inference_geo'],
      [{ tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'tools[0].type'],
      [{ output_config: { format: { type: 'regex' } } }, 'output_config.format.type'],
      [content({ type: 'container_upload', file_id: 'x' }), 'messages[0].content[0].type'],
      [content({ type: 'image', source: { type: 'file', file_id: 'x' } }), 'messages[0].content[0].source.type'],
      [content({ type: 'document', source: { type: 'url', url: 'x' } }), 'messages[0].content[0].source.type'],
      [
        content({ type: 'document', source: { type: 'text', data: 'x' }, citations: { enabled: true } }),
        'messages[0].content[0].citations.enabled',
      ],
      [content(within(within(within(text('x'))))), `messages[0].content[0]${'.source.content[0]'.repeat(3)}`],
      [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].role'],
    ];
    for (const [body, field] of cases) refuses('messages', 'chat', { ...BASE, ...body }, field);
  });
});
