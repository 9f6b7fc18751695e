import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CHAT_DROPPED } from '../../../../src/protocol/translate/fields.js';
import { JSON_ONLY } from '../../../../src/protocol/translate/chat-messages/request.js';
import type { JsonObject } from '../../../../src/protocol/types.js';
import { refuses, translation } from '../play.js';

const request = (body: JsonObject): JsonObject =>
  translation('chat', 'messages').request({ model: 'claude-haiku-4-5', messages: [USER], ...body });
const messagesOf = (...messages: JsonObject[]): unknown => request({ messages })['messages'];
const USER = { role: 'user', content: 'Hello' };
const text = (value: string): JsonObject => ({ type: 'text', text: value });
const weather = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'Tells it',
    strict: true,
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};
const call = (id: string, args: string): JsonObject => ({
  id,
  type: 'function',
  function: { name: 'weather', arguments: args },
});

describe('a chat request as one of messages', () => {
  test('has system and developer messages in front, and neighbours of one role as one message', () => {
    const made = request({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'One' },
        { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
        { role: 'user', content: [text('Two'), text('')] },
        { role: 'assistant', content: 'Three' },
        { role: 'assistant', content: null, refusal: 'No.' },
        { role: 'user', content: 'Four', name: 'ann' },
      ],
    });
    assert.deepEqual(made['system'], [text('Be brief.'), text('Be kind.')]);
    assert.deepEqual(made['messages'], [
      { role: 'user', content: [text('One'), text('Two')] },
      { role: 'assistant', content: [text('Three'), text('No.')] },
      { role: 'user', content: [text('Four')] },
    ]);
    assert.equal(request({ messages: [{ role: 'system', content: 'Be brief.' }, USER] })['system'], 'Be brief.');
  });

  test('keeps marks of the prompt cache that clients set in parts', () => {
    const marked = { ...text('Long'), cache_control: { type: 'ephemeral' } };
    const made = request({ messages: [{ role: 'system', content: [marked] }, USER] });
    assert.deepEqual(made['system'], [marked]);
  });

  test('begins with the user, whoever spoke first', () => {
    assert.deepEqual(messagesOf({ role: 'system', content: 'Say hi' }), [{ role: 'user', content: [text('Say hi')] }]);
    const [first, second] = messagesOf({ role: 'assistant', content: 'Hi' }, USER) as JsonObject[];
    assert.equal(first?.['role'], 'user');
    assert.deepEqual(second, { role: 'assistant', content: [text('Hi')] });
  });

  test('has no white space at the end of an answer to go on from', () => {
    assert.deepEqual(messagesOf(USER, { role: 'assistant', content: 'It is \n' }), [
      { role: 'user', content: [text('Hello')] },
      { role: 'assistant', content: [text('It is')] },
    ]);
    assert.deepEqual(messagesOf(USER, { role: 'assistant', content: ' ' }), [
      { role: 'user', content: [text('Hello')] },
    ]);
  });

  test('has images by data and by address', () => {
    const [message] = messagesOf({
      role: 'user',
      content: [
        text('What is it?'),
        { type: 'image_url', image_url: { url: 'data:image/jpg;charset=x;base64,AAAA', detail: 'low' } },
        { type: 'image_url', image_url: { url: 'https://example.com/cat.png' } },
      ],
    }) as JsonObject[];
    assert.deepEqual(message?.['content'], [
      text('What is it?'),
      { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'AAAA' } },
      { type: 'image', source: { type: 'url', url: 'https://example.com/cat.png' } },
    ]);
  });

  test('has PDF and plain text as documents', () => {
    const pdf = { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' };
    const plain = { file_data: `data:text/markdown;base64,${Buffer.from('# Ä').toString('base64')}` };
    const [message] = messagesOf({
      role: 'user',
      content: [
        { type: 'file', file: pdf },
        { type: 'file', file: plain },
      ],
    }) as JsonObject[];
    assert.deepEqual(message?.['content'], [
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' },
        title: 'a.pdf',
      },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: '# Ä' } },
    ]);
  });

  test('has calls of tools, and their results as one message of the user', () => {
    const made = request({
      tools: [weather],
      messages: [
        USER,
        { role: 'assistant', content: '', tool_calls: [call('call_1', '{"city":"Ulm"}'), call('functions.b:1', '')] },
        { role: 'tool', tool_call_id: 'call_1', content: 'Sun' },
        { role: 'tool', tool_call_id: 'functions.b:1', content: [text('Rain'), text('Wind')] },
        { role: 'user', content: 'And?' },
      ],
    });
    assert.deepEqual(made['messages'], [
      { role: 'user', content: [text('Hello')] },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Ulm' } },
          { type: 'tool_use', id: 'functions_b_1', name: 'weather', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_1', content: 'Sun' },
          { type: 'tool_result', tool_use_id: 'functions_b_1', content: [text('Rain'), text('Wind')] },
          text('And?'),
        ],
      },
    ]);
    assert.deepEqual(made['tools'], [
      { name: 'weather', description: 'Tells it', input_schema: weather.function.parameters },
    ]);
    assert.equal(made['tool_choice'], undefined);
  });

  test('keeps arguments that are no JSON as a text', () => {
    const [, answer] = messagesOf(
      USER,
      { role: 'assistant', tool_calls: [call('a', '{"city"')] },
      { role: 'tool', tool_call_id: 'a', content: 'What?' },
    ) as { content: JsonObject[] }[];
    assert.deepEqual(answer?.content[0]?.['input'], { arguments: '{"city"' });
  });

  test('names tools that were called and are offered no longer', () => {
    const made = request({
      messages: [
        USER,
        { role: 'assistant', tool_calls: [call('a', '{}')] },
        { role: 'tool', tool_call_id: 'a', content: '1' },
      ],
    });
    assert.deepEqual(made['tools'], [{ name: 'weather', input_schema: { type: 'object', properties: {} } }]);
    assert.deepEqual(made['tool_choice'], { type: 'none' });
  });

  test('has each choice of tools', () => {
    const choice = (value: unknown, more: JsonObject = {}): unknown =>
      request({ tools: [weather], tool_choice: value, ...more })['tool_choice'];
    assert.deepEqual(choice('auto'), { type: 'auto' });
    assert.deepEqual(choice('none'), { type: 'none' });
    assert.deepEqual(choice('required'), { type: 'any' });
    assert.deepEqual(choice({ type: 'function', function: { name: 'weather' } }), { type: 'tool', name: 'weather' });
    assert.deepEqual(choice(undefined, { parallel_tool_calls: false }), {
      type: 'auto',
      disable_parallel_tool_use: true,
    });
    assert.deepEqual(choice('required', { parallel_tool_calls: false }), {
      type: 'any',
      disable_parallel_tool_use: true,
    });
    assert.deepEqual(choice('none', { parallel_tool_calls: false }), { type: 'none' });
    assert.equal(request({ tool_choice: 'auto', parallel_tool_calls: false })['tool_choice'], undefined);
  });

  test('offers only the tools that are allowed', () => {
    const other = { type: 'function', function: { name: 'other' } };
    const tools = [{ type: 'function', function: { name: 'other' } }];
    const made = request({
      tools: [weather, other],
      tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'required', tools } },
    });
    assert.deepEqual(made['tools'], [{ name: 'other', input_schema: { type: 'object', properties: {} } }]);
    assert.deepEqual(made['tool_choice'], { type: 'any' });
  });

  test('always says how many tokens the answer may have', () => {
    assert.equal(request({ max_tokens: 10 })['max_tokens'], 10);
    assert.equal(request({ max_tokens: 10, max_completion_tokens: 20 })['max_tokens'], 20);
    assert.equal(request({})['max_tokens'], 32_000);
    assert.equal(request({ model: 'auto' })['max_tokens'], 4096);
    assert.equal(request({ model: 'claude-3-5-haiku-20241022' })['max_tokens'], 4096);
  });

  test('has temperature up to 1, or top_p, where the LLM takes them', () => {
    const sampling = (body: JsonObject): unknown[] => {
      const made = request(body);
      return [made['temperature'], made['top_p']];
    };
    assert.deepEqual(sampling({ temperature: 1.7, top_p: 0.5 }), [1, undefined]);
    assert.deepEqual(sampling({ temperature: 0 }), [0, undefined]);
    assert.deepEqual(sampling({ top_p: 0.5 }), [undefined, 0.5]);
    for (const model of ['claude-opus-4-7', 'claude-sonnet-5', 'anthropic/claude-opus-4.8', 'claude-fable-5-1'])
      assert.deepEqual(sampling({ model, temperature: 0.2, top_p: 0.5 }), [undefined, undefined], model);
    for (const model of ['claude-sonnet-4-20250514', 'claude-3-7-sonnet-20250219', 'auto', 'kimi-k2'])
      assert.deepEqual(sampling({ model, temperature: 0.2 }), [0.2, undefined], model);
  });

  test('has stop sequences', () => {
    assert.deepEqual(request({ stop: 'END' })['stop_sequences'], ['END']);
    assert.deepEqual(request({ stop: ['a', 'b'] })['stop_sequences'], ['a', 'b']);
    refuses('chat', 'messages', { messages: [USER], stop: ['a', '\n'] }, 'stop[1]');
  });

  test('has an effort where the LLM takes one', () => {
    const effort = (model: string, value: string, more: JsonObject = {}): unknown[] => {
      const made = request({ model, reasoning_effort: value, ...more });
      return [(made['output_config'] as JsonObject | undefined)?.['effort'], made['thinking']];
    };
    assert.deepEqual(effort('claude-haiku-4-5', 'high'), [undefined, undefined]);
    assert.deepEqual(effort('claude-opus-4-5-20251101', 'xhigh'), ['high', undefined]);
    assert.deepEqual(effort('claude-sonnet-4-6', 'medium'), ['medium', { type: 'adaptive' }]);
    assert.deepEqual(effort('claude-sonnet-4-6', 'none'), ['low', undefined]);
    assert.deepEqual(effort('claude-opus-5-5', 'max'), ['xhigh', undefined]);
    assert.deepEqual(effort('claude-sonnet-4-6', 'low', { tools: [weather], tool_choice: 'required' }), [
      'low',
      undefined,
    ]);
    assert.equal(
      request({ model: 'claude-sonnet-4-6', reasoning_effort: 'low', temperature: 0 })['temperature'],
      undefined,
    );
  });

  test('has a JSON schema as the output format, as far as its grammar goes', () => {
    const schema = {
      type: 'object',
      properties: { n: { type: 'integer', minimum: 1, description: 'How many' }, s: { oneOf: [{ type: 'string' }] } },
      required: ['n'],
    };
    const made = request({
      response_format: { type: 'json_schema', json_schema: { name: 'x', strict: true, schema } },
    });
    assert.deepEqual(made['output_config'], {
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: {
            n: { type: 'integer', description: 'How many (minimum: 1)' },
            s: { anyOf: [{ type: 'string' }] },
          },
          required: ['n'],
          additionalProperties: false,
        },
      },
    });
  });

  test('tells the LLM to answer in JSON where no schema is given', () => {
    const made = request({ response_format: { type: 'json_object' } });
    assert.equal(made['system'], JSON_ONLY);
    assert.equal(made['output_config'], undefined);
    assert.equal(request({ response_format: { type: 'text' } })['system'], undefined);
  });

  test('has a user whose id says nothing of him', () => {
    assert.deepEqual(request({ user: 'u-1' })['metadata'], { user_id: 'u-1' });
    const { user_id: id } = request({ safety_identifier: 'ann@example.com' })['metadata'] as { user_id: string };
    assert.match(id, /^[\da-f]{64}$/);
    assert.equal(request({})['metadata'], undefined);
  });

  test('leaves out what only tunes', () => {
    const plain = request({});
    const dropped = Object.fromEntries(CHAT_DROPPED.map((field) => [field, 1]));
    assert.deepEqual(request({ ...dropped, unheard_of: true }), plain);
    assert.deepEqual(Object.keys(plain), ['model', 'max_tokens', 'messages']);
  });

  test('is refused where a field changes the answer and has no counterpart', () => {
    const cases: [JsonObject, string][] = [
      [{ n: 2 }, 'n'],
      [{ logprobs: true }, 'logprobs'],
      [{ top_logprobs: 3 }, 'top_logprobs'],
      [{ logit_bias: { 50256: -100 } }, 'logit_bias'],
      [{ modalities: ['text', 'audio'] }, 'modalities'],
      [{ audio: { voice: 'alloy' } }, 'audio'],
      [{ web_search_options: {} }, 'web_search_options'],
      [{ functions: [{ name: 'f' }] }, 'functions'],
      [{ response_format: { type: 'grammar' } }, 'response_format.type'],
      [{ tools: [{ type: 'custom', custom: { name: 'x' } }] }, 'tools[0].type'],
      [{ tools: [weather], tool_choice: { type: 'custom' } }, 'tool_choice'],
      [{ messages: [{ role: 'function', name: 'f', content: '' }] }, 'messages[0].role'],
      [{ messages: [] }, 'messages'],
      [{ messages: {} }, 'messages'],
    ];
    for (const [body, field] of cases) refuses('chat', 'messages', { messages: [USER], ...body }, field);
    const harmless = { n: 1, logprobs: false, top_logprobs: 0, logit_bias: {}, modalities: ['text'], functions: null };
    assert.deepEqual(request(harmless), request({}));
  });

  test('is refused where a part can not be read', () => {
    const cases: [JsonObject, string][] = [
      [{ type: 'input_audio', input_audio: { data: '', format: 'wav' } }, 'type'],
      [{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }, 'image_url.url'],
      [{ type: 'file', file: { file_id: 'file-1' } }, 'file.file_id'],
      [{ type: 'file', file: { file_data: 'data:application/zip;base64,AA' } }, 'file.file_data'],
    ];
    for (const [part, field] of cases)
      refuses(
        'chat',
        'messages',
        { messages: [{ role: 'user', content: [text('a'), part] }] },
        `messages[0].content[1].${field}`,
      );
  });
});
