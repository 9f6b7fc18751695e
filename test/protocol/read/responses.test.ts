import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FILE_TOKENS, IMAGE_TOKENS } from '../../../src/protocol/read/draft.js';
import { readCall } from '../../../src/protocol/read.js';
import { assertRefused } from './refused.js';

const response = (more: object) => readCall('responses', { model: 'auto', input: 'Hello!', ...more });
const hello = { role: 'user', content: 'Hello!' };

describe('a response', () => {
  test('of the least that there can be', () => {
    const { opening, ...read } = response({});
    assert.match(opening, /^[0-9a-f]{64}$/);
    assert.deepEqual(read, {
      api: 'responses',
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
    assert.deepEqual(response({ input: undefined, prompt: { id: 'pmpt_1' } }).messages, []);
  });

  test('with instructions and items of all kinds', () => {
    const read = response({
      instructions: 'Be brief.',
      max_output_tokens: 100,
      input: [
        { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'No jokes.' }] },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'What is this?' },
            { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'auto' },
            { type: 'input_file', file_id: 'file-1' },
          ],
        },
        { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }] },
        { type: 'web_search_call', id: 'ws_1', status: 'completed' },
        {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'A cat.', annotations: [] }],
        },
        { type: 'item_reference', id: 'msg_0' },
        { type: 'of_tomorrow', data: 1 },
        { role: 'user', content: 'And now?' },
      ],
    });
    assert.deepEqual(read.messages, [
      { role: 'system', content: 'Be brief.' },
      { role: 'developer', content: 'No jokes.' },
      { role: 'user', content: 'What is this?' },
      { role: 'assistant', content: 'A cat.' },
      { role: 'user', content: 'And now?' },
    ]);
    assert.deepEqual(read.needs, { tools: true, images: true, audio: false, files: true, json: false });
    assert.deepEqual([read.continues, read.toolLoop, read.maxOutputTokens], [true, null, 100]);
    const expected = 250 / 4 + IMAGE_TOKENS + FILE_TOKENS;
    assert.ok(Math.abs(read.promptTokens - expected) < 20, `${read.promptTokens} for ${expected}`);
  });

  test('in the middle of a loop of tools', () => {
    const turn = (id: string, output: unknown) => [
      { type: 'reasoning', id: `rs_${id}`, summary: [], encrypted_content: 'gAAA' },
      {
        type: 'function_call',
        id: `fc_${id}`,
        call_id: id,
        name: 'shell',
        arguments: '{"command": ["ls"]}',
        status: 'completed',
      },
      { type: 'custom_tool_call', call_id: `${id}x`, name: 'apply_patch', input: '*** Begin' },
      { type: 'function_call_output', call_id: id, output },
      {
        type: 'custom_tool_call_output',
        call_id: `${id}x`,
        output: [{ type: 'input_text', text: '{"success":false}' }],
      },
    ];
    const read = response({ input: [hello, ...turn('a', 'x'), ...turn('b', '{"error":"no"}')] });
    assert.deepEqual(read.toolLoop, {
      calls: [
        { name: 'shell', arguments: '{"command":["ls"]}', failed: true },
        { name: 'apply_patch', arguments: '*** Begin', failed: true },
      ],
      repeats: 2,
      failures: 3,
    });
    assert.deepEqual(
      read.messages.map(({ role }) => role),
      ['user', 'assistant', 'tool', 'tool', 'assistant', 'tool', 'tool'],
    );
  });

  test('that goes on from an answer', () => {
    const read = response({
      previous_response_id: 'resp_1_0198c5a0-1111-7222-8333-444455556666',
      input: [{ type: 'function_call_output', call_id: 'c', output: 'x' }],
    });
    assert.equal(read.previousAnswer, 'resp_1_0198c5a0-1111-7222-8333-444455556666');
    assert.equal(read.continues, true);
    assert.deepEqual(read.toolLoop, { calls: [], repeats: 1, failures: 0 });
  });

  test('of a conversation', () => {
    assert.equal(response({ conversation: 'conv_1', prompt_cache_key: 'a' }).session, 'conv_1');
    assert.equal(response({ conversation: { id: 'conv_2' } }).session, 'conv_2');
    const shared = response({ prompt_cache_key: 'a' });
    assert.equal(shared.session, `a:${shared.opening.slice(0, 16)}`);
  });

  test('with tools, those of a namespace and those that are built in', () => {
    const read = response({
      tools: [
        { type: 'function', name: 'get_weather', parameters: {}, strict: true },
        { type: 'web_search' },
        { type: 'mcp', server_label: 'x', server_url: 'https://x.example' },
        { type: 'namespace', name: 'crm', tools: [{ type: 'function', name: 'find' }] },
      ],
    });
    assert.deepEqual(read.tools, ['get_weather', 'web_search', 'mcp', 'find']);
    assert.equal(read.needs.tools, true);
  });

  test('with an answer of a given form', () => {
    const format = { type: 'json_schema', name: 'a', schema: { type: 'object' }, strict: true };
    assert.deepEqual(response({ text: { format } }).answerSchema, format.schema);
    assert.equal(response({ text: { format: { type: 'json_object' } } }).answerSchema, 'any');
    assert.equal(response({ text: { format: { type: 'text' }, verbosity: 'low' } }).answerSchema, null);
  });

  test('is refused with the field that is wrong', () => {
    const refused = (body: object, text: string) =>
      assertRefused('responses', { model: 'auto', input: 'a', ...body }, text);
    refused({ input: 5 }, 'input: expected a string or a list of items, got 5');
    refused({ input: [hello, null] }, 'input[1]: expected an object, got null');
    refused({ input: [{ content: 'a' }] }, 'input[0].role: expected a string, got nothing');
    refused(
      { input: [{ role: 'user', content: [{ type: 'input_text', text: 1 }] }] },
      'input[0].content[0].text: expected a string, got 1',
    );
    refused({ instructions: ['a'] }, 'instructions: expected string, got an array of 1');
    refused({ previous_response_id: 5 }, 'previous_response_id: expected string, got 5');
    refused({ tools: [{ type: 'function', name: 5 }] }, 'tools[0].name: expected a string, got 5');
    refused({ text: { format: { type: 5 } } }, 'text.format.type: expected string, got 5');
  });
});
