import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RESPONSES_DROPPED } from '../../../../src/protocol/translate/fields.js';
import type { JsonObject } from '../../../../src/protocol/types.js';
import { refuses, translation } from '../play.js';

const BASE = { model: 'llama-4', input: 'Hello' };
const request = (body: JsonObject): JsonObject => translation('responses', 'chat').request({ ...BASE, ...body });
const tool = {
  type: 'function',
  name: 'weather',
  description: 'Tells it',
  parameters: { type: 'object' },
  strict: true,
};

describe('a request of responses as one of chat', () => {
  test('has instructions and a text as messages', () => {
    assert.deepEqual(request({ instructions: 'Be brief.' }), {
      model: 'llama-4',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hello' },
      ],
    });
  });

  test('has items as messages, calls with the answer before them, and results', () => {
    const input = [
      { role: 'developer', content: 'Be kind.' },
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'See' },
          { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'low' },
          { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' },
        ],
      },
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'x' },
      { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'Well' }] },
      { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'look', arguments: '{"a":1}' },
      { type: 'function_call', call_id: 'call_2', name: 'look', arguments: '{}' },
      {
        type: 'function_call_output',
        call_id: 'call_1',
        output: [
          { type: 'input_text', text: 'Here' },
          { type: 'input_image', image_url: 'https://example.com/x.png' },
        ],
      },
      { type: 'function_call_output', call_id: 'call_2', output: 'Nothing' },
      { role: 'user', content: 'And?' },
      { type: 'function_call', call_id: 'call_3', name: 'look', arguments: '' },
    ];
    const call = (id: string, args: string): JsonObject => ({
      id,
      type: 'function',
      function: { name: 'look', arguments: args },
    });
    assert.deepEqual(request({ input })['messages'], [
      { role: 'system', content: 'Be kind.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' } },
        ],
      },
      { role: 'assistant', content: 'Well', tool_calls: [call('call_1', '{"a":1}'), call('call_2', '{}')] },
      { role: 'tool', tool_call_id: 'call_1', content: 'Here' },
      { role: 'tool', tool_call_id: 'call_2', content: 'Nothing' },
      {
        role: 'user',
        content: [
          { type: 'text', text: '(Shown by the results of the tools.)' },
          { type: 'image_url', image_url: { url: 'https://example.com/x.png' } },
        ],
      },
      { role: 'user', content: 'And?' },
      { role: 'assistant', content: null, tool_calls: [call('call_3', '')] },
    ]);
  });

  test('has tools in the nested form, and each choice of them', () => {
    const nested = { name: 'weather', description: 'Tells it', parameters: { type: 'object' }, strict: true };
    const made = request({ tools: [tool], parallel_tool_calls: false });
    assert.deepEqual(made['tools'], [{ type: 'function', function: nested }]);
    assert.equal(made['parallel_tool_calls'], false);
    const choice = (value: unknown): unknown => request({ tools: [tool], tool_choice: value })['tool_choice'];
    assert.equal(choice('required'), 'required');
    assert.deepEqual(choice({ type: 'function', name: 'weather' }), {
      type: 'function',
      function: { name: 'weather' },
    });
    const allowed = { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'weather' }] };
    const few = request({ tools: [{ type: 'function', name: 'other' }, tool], tool_choice: allowed });
    assert.deepEqual([few['tools'], few['tool_choice']], [[{ type: 'function', function: nested }], 'required']);
    assert.equal(request({ parallel_tool_calls: true, tool_choice: 'auto' })['tool_choice'], undefined);
  });

  test('has the format, log probabilities and limits of the answer', () => {
    const schema = { type: 'object' };
    assert.deepEqual(
      request({ text: { format: { type: 'json_schema', name: 'x', schema, strict: false } } })['response_format'],
      {
        type: 'json_schema',
        json_schema: { name: 'x', schema, strict: false },
      },
    );
    assert.deepEqual(request({ text: { format: { type: 'json_object' } } })['response_format'], {
      type: 'json_object',
    });
    assert.equal(request({ text: { format: { type: 'text' }, verbosity: 'low' } })['response_format'], undefined);
    assert.equal(request({ max_output_tokens: 9 })['max_tokens'], 9);
    assert.equal(request({ model: 'gpt-5', max_output_tokens: 9 })['max_completion_tokens'], 9);
    assert.equal(request({ include: ['message.output_text.logprobs'] })['logprobs'], true);
    assert.equal(request({ top_logprobs: 2 })['top_logprobs'], 2);
  });

  test('has effort, sampling and the user as far as the LLM takes them', () => {
    const tuned = { reasoning: { effort: 'low', summary: 'auto' }, temperature: 0.2, top_p: 0.3, user: 'u' };
    const made = request(tuned);
    assert.deepEqual(
      [made['temperature'], made['top_p'], made['reasoning_effort'], made['user']],
      [0.2, 0.3, undefined, 'u'],
    );
    const reasoner = request({ ...tuned, model: 'gpt-5' });
    assert.deepEqual([reasoner['temperature'], reasoner['reasoning_effort']], [undefined, 'low']);
    assert.deepEqual(request({ stream: true })['stream_options'], { include_usage: true });
  });

  test('leaves out what only tunes', () => {
    const dropped = Object.fromEntries(RESPONSES_DROPPED.map((field) => [field, 1]));
    assert.deepEqual(request({ ...dropped, include: ['reasoning.encrypted_content'], background: false }), request({}));
  });

  test('is refused where a field changes the answer and has no counterpart', () => {
    const item = (type: string): JsonObject => ({ input: [{ type }] });
    const cases: [JsonObject, string][] = [
      [{ previous_response_id: 'resp_1' }, 'previous_response_id'],
      [{ conversation: 'conv_1' }, 'conversation'],
      [{ background: true }, 'background'],
      [{ prompt: { id: 'p' } }, 'prompt'],
      [{ tools: [{ type: 'web_search' }] }, 'tools[0].type'],
      [{ tools: [tool], tool_choice: { type: 'mcp' } }, 'tool_choice.type'],
      [{ text: { format: { type: 'grammar' } } }, 'text.format.type'],
      [item('item_reference'), 'input[0].type'],
      [item('computer_call'), 'input[0].type'],
      [
        { input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'x' }] }] },
        'input[0].content[0].image_url',
      ],
      [{ input: [{ role: 'user', content: [{ type: 'input_file', file_url: 'x' }] }] }, 'input[0].content[0].file_url'],
      [{ input: 1 }, 'input'],
    ];
    for (const [body, field] of cases) refuses('responses', 'chat', { ...BASE, ...body }, field);
  });
});
