import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../../../src/protocol/types.js';
import { chatUsage, chunk, chunks, DONE, play, played, unfinished } from '../play.js';

const USAGE = chunk({}, null, { choices: [], usage: chatUsage });
const part = (index: number | undefined, id: string, name: string, args: string): JsonObject =>
  chunk({
    tool_calls: [
      {
        ...(index === undefined ? {} : { index }),
        ...(id === '' ? {} : { id, type: 'function' }),
        function: name === '' ? { arguments: args } : { name, arguments: args },
      },
    ],
  });
/** Events in short: what begins, grows and ends. */
const brief = (events: JsonObject[]): string[] =>
  events.map((event) => {
    const block = event['content_block'] as JsonObject | undefined;
    const delta = (event['delta'] ?? {}) as JsonObject;
    const what = block
      ? [block['type'], block['id'], block['name']]
      : [delta['text'], delta['partial_json'], delta['stop_reason']];
    return [String(event['type']).replace(/content_block_|message_/, ''), event['index'], ...what]
      .filter((one) => one !== undefined)
      .join(' ');
  });

describe('a stream of chat chunks as events of messages', () => {
  test('has a start, a block of text, usage with the reason of the end, and a stop', () => {
    const events = chunks(
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Hel' }),
      chunk({ content: 'lo' }),
      chunk({}, 'stop'),
      USAGE,
    );
    const sent = play('messages', 'chat', events);
    assert.ok(sent.every(({ event, data }) => event === (JSON.parse(data) as JsonObject)['type']));
    assert.deepEqual(played('messages', 'chat', events), [
      {
        type: 'message_start',
        message: {
          id: 'chatcmpl-1',
          type: 'message',
          role: 'assistant',
          model: 'gpt-5-mini',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          stop_details: null,
          usage: {
            input_tokens: 0,
            cache_creation_input_tokens: 0,
            cache_read_input_tokens: 0,
            output_tokens: 0,
            output_tokens_details: { thinking_tokens: 0 },
          },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '', citations: null } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hel' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'lo' } },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null, stop_details: null },
        usage: {
          input_tokens: 36,
          cache_creation_input_tokens: 0,
          cache_read_input_tokens: 64,
          output_tokens: 20,
          output_tokens_details: { thinking_tokens: 5 },
        },
      },
      { type: 'message_stop' },
    ]);
  });

  test('has one block a call, one after another', () => {
    const made = played(
      'messages',
      'chat',
      chunks(
        chunk({ content: 'So:' }),
        part(0, 'call_1', 'weather', ''),
        part(0, '', '', '{"city":'),
        part(0, '', '', '"Ulm"}'),
        part(1, 'call_2', 'time', '{}'),
        chunk({}, 'tool_calls'),
      ),
    );
    assert.deepEqual(brief(made), [
      'start',
      'start 0 text',
      'delta 0 So:',
      'stop 0',
      'start 1 tool_use call_1 weather',
      'delta 1 {"city":',
      'delta 1 "Ulm"}',
      'stop 1',
      'start 2 tool_use call_2 time',
      'delta 2 {}',
      'stop 2',
      'delta tool_use',
      'stop',
    ]);
  });

  test('keeps a call that alternates with another until the end', () => {
    const made = played(
      'messages',
      'chat',
      chunks(
        part(0, 'a', 'x', '{"n"'),
        part(1, 'b', 'y', '{"m"'),
        part(0, '', '', ':1}'),
        part(1, '', '', ':2}'),
        part(2, 'c', 'z', '{}'),
        chunk({}, 'tool_calls'),
      ),
    );
    assert.deepEqual(brief(made).slice(1, -2), [
      'start 0 tool_use a x',
      'delta 0 {"n"',
      'delta 0 :1}',
      'stop 0',
      'start 1 tool_use b y',
      'delta 1 {"m":2}',
      'stop 1',
      'start 2 tool_use c z',
      'delta 2 {}',
      'stop 2',
    ]);
  });

  test('tells calls apart whose provider gives all one index, or none', () => {
    for (const index of [0, undefined]) {
      const made = played(
        'messages',
        'chat',
        chunks(part(index, 'a', 'x', '{"n":1}'), part(index, 'b', 'y', '{"m":'), part(index, '', '', '2}')),
      );
      assert.deepEqual(brief(made).slice(1, -2), [
        'start 0 tool_use a x',
        'delta 0 {"n":1}',
        'stop 0',
        'start 1 tool_use b y',
        'delta 1 {"m":',
        'delta 1 2}',
        'stop 1',
      ]);
    }
  });

  test('tells a refusal as text and as the reason of the end', () => {
    const made = played(
      'messages',
      'chat',
      chunks(chunk({ refusal: 'No' }), chunk({ refusal: '.' }), chunk({}, 'stop')),
    );
    assert.deepEqual(brief(made).slice(2), ['delta 0 No', 'delta 0 .', 'stop 0', 'delta refusal', 'stop']);
  });

  test('tells an error in the middle, and nothing after it', () => {
    const error = { error: { message: 'Slow down', type: 'requests', code: 'rate_limit_exceeded' } };
    const made = played('messages', 'chat', chunks(chunk({ content: 'Hel' }), error, chunk({ content: 'lo' })));
    assert.deepEqual(made.slice(3), [{ type: 'error', error: { type: 'rate_limit_error', message: 'Slow down' } }]);
  });

  test('pretends nothing where it breaks off, but needs no end mark after the reason of the end', () => {
    const broken = played('messages', 'chat', unfinished(chunk({ content: 'Hel' })));
    assert.deepEqual(brief(broken), ['start', 'start 0 text', 'delta 0 Hel']);
    const ended = played('messages', 'chat', unfinished(chunk({ content: 'Hel' }), chunk({}, 'length'), USAGE));
    assert.deepEqual(brief(ended).slice(3), ['stop 0', 'delta max_tokens', 'stop']);
    assert.deepEqual(play('messages', 'chat', [DONE]), []);
  });
});
