import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../../../src/protocol/types.js';
import { chatUsage, chunk, chunks, DONE, play, played, unfinished } from '../play.js';

const USAGE = chunk({}, null, { choices: [], usage: chatUsage });
const part = (index: number, id: string, name: string, args: string): JsonObject =>
  chunk({
    tool_calls: [
      id === ''
        ? { index, function: { arguments: args } }
        : { index, id, type: 'function', function: { name, arguments: args } },
    ],
  });
const types = (events: JsonObject[]): string[] => events.map((event) => String(event['type']).replace('response.', ''));

describe('a stream of chat chunks as events of a response', () => {
  test('has each event of a text in its order, numbered', () => {
    const events = chunks(
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Hel' }),
      chunk({ content: 'lo' }),
      chunk({}, 'stop'),
      USAGE,
    );
    const made = played('responses', 'chat', events);
    assert.ok(
      play('responses', 'chat', events).every(({ event, data }) => event === (JSON.parse(data) as JsonObject)['type']),
    );
    assert.deepEqual(types(made), [
      'created',
      'in_progress',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'completed',
    ]);
    assert.deepEqual(
      made.map((event) => event['sequence_number']),
      made.map((_, i) => i),
    );
    assert.deepEqual(made[4], {
      type: 'response.output_text.delta',
      sequence_number: 4,
      item_id: 'msg_chatcmpl-1_0',
      output_index: 0,
      content_index: 0,
      delta: 'Hel',
      logprobs: [],
    });
    const item = made[8]?.['item'] as JsonObject;
    assert.deepEqual(item['content'], [{ type: 'output_text', text: 'Hello', annotations: [], logprobs: [] }]);
    const last = made[9]?.['response'] as JsonObject;
    assert.deepEqual(last['output'], [item]);
    assert.deepEqual([last['status'], last['created_at']], ['completed', 1_750_000_000]);
    assert.equal((last['usage'] as JsonObject)['input_tokens'], 100);
  });

  test('has calls beside each other, whose parts may alternate', () => {
    const made = played(
      'responses',
      'chat',
      chunks(
        chunk({ content: 'So' }),
        part(0, 'call_1', 'look', ''),
        part(1, 'call_2', 'hear', '{'),
        part(0, '', '', '{"a":1}'),
        part(1, '', '', '}'),
        chunk({}, 'tool_calls'),
      ),
    );
    assert.deepEqual(types(made).slice(2), [
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.delta',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
      'function_call_arguments.done',
      'output_item.done',
      'completed',
    ]);
    const { response } = made.at(-1) as { response: { output: JsonObject[] } };
    assert.deepEqual(
      response.output.map((item) => [item['id'], item['call_id'], item['name'], item['arguments']]),
      [
        ['msg_chatcmpl-1_0', undefined, undefined, undefined],
        ['fc_chatcmpl-1_1', 'call_1', 'look', '{"a":1}'],
        ['fc_chatcmpl-1_2', 'call_2', 'hear', '{}'],
      ],
    );
  });

  test('has a refusal as a part of its own', () => {
    const made = played(
      'responses',
      'chat',
      chunks(chunk({ content: 'I ' }), chunk({ refusal: 'No.' }), chunk({}, 'stop')),
    );
    assert.deepEqual(types(made).slice(5, 11), [
      'output_text.done',
      'content_part.done',
      'content_part.added',
      'refusal.delta',
      'refusal.done',
      'content_part.done',
    ]);
    assert.equal(made[8]?.['content_index'], 1);
  });

  test('says why it is incomplete', () => {
    const made = played('responses', 'chat', chunks(chunk({ content: 'Hel' }), chunk({}, 'length')));
    const { type, response } = made.at(-1) as { type: string; response: JsonObject };
    assert.equal(type, 'response.incomplete');
    assert.deepEqual(response['incomplete_details'], { reason: 'max_output_tokens' });
  });

  test('tells an error in the middle twice, and nothing after it', () => {
    const error = { error: { message: 'Overloaded', type: 'server_error', code: 'server_is_overloaded' } };
    const made = played('responses', 'chat', chunks(chunk({ content: 'Hel' }), error, chunk({ content: 'lo' })));
    assert.deepEqual(types(made).slice(-2), ['error', 'failed']);
    assert.deepEqual(made.at(-2), {
      type: 'error',
      sequence_number: 5,
      code: 'server_is_overloaded',
      message: 'Overloaded',
      param: null,
      error: error.error,
    });
    const { response } = made.at(-1) as { response: JsonObject };
    assert.deepEqual(response['error'], { code: 'server_is_overloaded', message: 'Overloaded' });
    assert.deepEqual(types(played('responses', 'chat', chunks(error))), ['created', 'in_progress', 'error', 'failed']);
  });

  test('pretends nothing where it breaks off, but needs no end mark after the reason of the end', () => {
    const broken = played('responses', 'chat', unfinished(chunk({ content: 'Hel' })));
    assert.equal(types(broken).at(-1), 'output_text.delta');
    const ended = played('responses', 'chat', unfinished(chunk({ content: 'Hel' }), chunk({}, 'stop')));
    assert.equal(types(ended).at(-1), 'completed');
    assert.deepEqual(play('responses', 'chat', [DONE]), []);
  });
});
