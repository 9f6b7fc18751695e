import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FILE_TOKENS, IMAGE_TOKENS } from '../../../src/protocol/read/draft.js';
import { readCall } from '../../../src/protocol/read.js';
import { countTokens } from '../../../src/protocol/read/messages.js';
import { assertRefused } from './refused.js';

const hello = { role: 'user', content: 'Hello, Claude' };
const message = (more: object) => readCall('messages', { model: 'auto', max_tokens: 1024, messages: [hello], ...more });
const call = (id: string, input: object) => ({
  role: 'assistant',
  content: [
    { type: 'thinking', thinking: 'Let me look.', signature: 'EqQB' },
    { type: 'text', text: 'I look.' },
    { type: 'tool_use', id, name: 'Read', input },
  ],
});
const result = (id: string, content: unknown, is_error?: boolean) => ({
  role: 'user',
  content: [{ type: 'tool_result', tool_use_id: id, content, is_error }],
});

describe('a message', () => {
  test('of the least that there can be', () => {
    const { opening, ...read } = message({});
    assert.match(opening, /^[0-9a-f]{64}$/);
    assert.deepEqual(read, {
      api: 'messages',
      model: 'auto',
      stream: false,
      wantsUsage: true,
      messages: [{ role: 'user', content: 'Hello, Claude' }],
      promptTokens: 4,
      maxOutputTokens: 1024,
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

  test('with a system prompt as a text or as blocks', () => {
    assert.deepEqual(message({ system: 'Be brief.' }).messages[0], { role: 'system', content: 'Be brief.' });
    const system = [
      { type: 'text', text: 'Be' },
      { type: 'text', text: 'brief.', cache_control: { type: 'ephemeral' } },
    ];
    assert.deepEqual(message({ system }).messages.slice(0, 2), [
      { role: 'system', content: 'Be' },
      { role: 'system', content: 'brief.' },
    ]);
  });

  test('with blocks of all kinds', () => {
    const read = message({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
            { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' } },
            { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x'.repeat(400) } },
            { type: 'search_result', source: 'a', title: 'b', content: [{ type: 'text', text: 'found' }] },
            { type: 'text', text: 'Well?' },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'redacted_thinking', data: 'EmwK' },
            { type: 'text', text: 'So.' },
          ],
        },
        { role: 'user', content: 'Go on' },
      ],
    });
    assert.deepEqual(read.messages, [
      { role: 'user', content: 'found\nWell?' },
      { role: 'assistant', content: 'So.' },
      { role: 'user', content: 'Go on' },
    ]);
    assert.deepEqual(read.needs, { tools: false, images: true, audio: false, files: true, json: false });
    const expected = (5 + 5 + 400 + 3 + 5 + 43) / 4 + IMAGE_TOKENS + FILE_TOKENS;
    assert.ok(Math.abs(read.promptTokens - expected) < 4, `${read.promptTokens} for ${expected}`);
    assert.equal(read.continues, true);
  });

  test('in the middle of a loop of tools, with a reminder beside the result', () => {
    const read = message({
      tools: [
        { name: 'Read', input_schema: { type: 'object' } },
        { type: 'web_search_20250305', name: 'web_search' },
        { type: 'of_tomorrow' },
      ],
      messages: [
        hello,
        call('t1', { path: '/a', line: 1 }),
        result(
          't1',
          [
            { type: 'text', text: 'none' },
            { type: 'image', source: {} },
          ],
          true,
        ),
        call('t2', { line: 1, path: '/a' }),
        {
          role: 'user',
          content: [...result('t2', 'none', true).content, { type: 'text', text: '<system-reminder/>' }],
        },
      ],
    });
    assert.deepEqual(read.tools, ['Read', 'web_search', 'of_tomorrow']);
    assert.deepEqual(read.toolLoop, {
      calls: [{ name: 'Read', arguments: '{"line":1,"path":"/a"}', failed: true }],
      repeats: 2,
      failures: 2,
    });
    assert.deepEqual(read.messages.slice(1), [
      { role: 'assistant', content: 'I look.' },
      { role: 'tool', content: 'none' },
      { role: 'assistant', content: 'I look.' },
      { role: 'tool', content: 'none' },
      { role: 'user', content: '<system-reminder/>' },
    ]);
    assert.equal(read.needs.images, true);
  });

  test('with an answer of a given form', () => {
    const format = { type: 'json_schema', schema: { type: 'object' } };
    assert.deepEqual(message({ output_config: { format } }).answerSchema, format.schema);
    assert.deepEqual(message({ output_format: format }).answerSchema, format.schema);
    assert.equal(message({ output_config: { effort: 'low' } }).needs.json, false);
  });

  test('of Claude Code has the same opening and session through a conversation', () => {
    const of = (cch: string, messages: object[]) =>
      message({
        system: [
          { type: 'text', text: `x-anthropic-billing-header: cc_version=2.1.37.0d9; cc_entrypoint=cli; cch=${cch};` },
          { type: 'text', text: 'You are Claude Code, Anthropic’s official CLI for Claude.' },
        ],
        metadata: { user_id: 'user_ab_account__session_0198c5a0-1111-7222-8333-444455556666' },
        messages,
      });
    const [first, second] = [of('fa690', [hello]), of('71fea', [hello, call('t', {}), result('t', 'x')])];
    assert.equal(second.opening, first.opening);
    assert.equal(first.session, 'user_ab_account__session_0198c5a0-1111-7222-8333-444455556666');
  });

  test('of a user has a session for each of that user’s conversations', () => {
    const read = message({ metadata: { user_id: '13803d75-b4b5-4c3e-b2a2-6f21399b021b' } });
    assert.equal(read.session, `13803d75-b4b5-4c3e-b2a2-6f21399b021b:${read.opening.slice(0, 16)}`);
  });

  test('is refused with the field that is wrong', () => {
    const refused = (body: object, text: string) =>
      assertRefused('messages', { model: 'auto', max_tokens: 9, messages: [hello], ...body }, text);
    refused({ system: 5 }, 'system: expected a string or a list of blocks, got 5');
    refused({ system: [{ type: 'text' }] }, 'system[0].text: expected a string, got nothing');
    refused(
      { messages: [hello, { role: 'user', content: {} }] },
      'messages[1].content: expected a string or a list of parts, got an object',
    );
    refused(
      { messages: [{ role: 'user', content: [{ type: 'tool_result', content: 3 }] }] },
      'messages[0].content[0].content: expected a string or a list of parts, got 3',
    );
    refused(
      { messages: [{ role: 'assistant', content: [{ type: 'text', text: 'a' }, { type: 'tool_use' }] }] },
      'messages[0].content[1].name: expected a string, got nothing',
    );
    refused({ tools: [{ name: 5 }] }, 'tools[0].name: expected a string, got 5');
    refused({ metadata: { user_id: 5 } }, 'metadata.user_id: expected string, got 5');
    refused({ max_tokens: 1.5 }, 'max_tokens: expected int, got 1.5');
  });

  test('is counted whether or not it says how long its answer may be', () => {
    assert.equal(countTokens({ model: 'auto', messages: [hello] }), 4);
    assert.equal(countTokens({ model: 'auto', messages: [hello], max_tokens: 9 }), 4);
    assert.ok(countTokens({ model: 'auto', messages: [hello], tools: [{ name: 'Read', input_schema: {} }] }) > 4);
    assert.throws(() => countTokens({ model: 'auto' }), { code: 'invalid_request' });
  });
});
