import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../../../src/protocol/types.js';
import { DONE, NOW_S, named, play, played } from '../play.js';

const START = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-haiku-4-5',
    content: [],
    stop_reason: null,
    usage: { input_tokens: 10, cache_read_input_tokens: 60, cache_creation_input_tokens: 30, output_tokens: 1 },
  },
};
const begin = (index: number, block: JsonObject): JsonObject => ({
  type: 'content_block_start',
  index,
  content_block: block,
});
const delta = (index: number, value: JsonObject): JsonObject => ({ type: 'content_block_delta', index, delta: value });
const stop = (index: number): JsonObject => ({ type: 'content_block_stop', index });
const end = (reason: string, more: JsonObject = {}): JsonObject[] => [
  { type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null, ...more }, usage: { output_tokens: 20 } },
  { type: 'message_stop' },
];
const text = (value: string): JsonObject => ({ type: 'text_delta', text: value });
const json = (value: string): JsonObject => ({ type: 'input_json_delta', partial_json: value });
const deltas = (made: JsonObject[]): unknown[] =>
  made.flatMap(({ choices }) => (choices as { delta: unknown }[]).map((choice) => choice.delta));
const choiceOf = (made: JsonObject | undefined): JsonObject | undefined =>
  ((made?.['choices'] ?? []) as JsonObject[])[0];

describe('a stream of messages as chat chunks', () => {
  test('has the role first, then text, the reason of the end, usage and the end mark', () => {
    const events = named(
      START,
      begin(0, { type: 'thinking', thinking: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'Hm' }),
      delta(0, { type: 'signature_delta', signature: 'x' }),
      stop(0),
      { type: 'ping' },
      begin(1, { type: 'text', text: '' }),
      delta(1, text('Hel')),
      delta(1, text('lo')),
      stop(1),
      ...end('end_turn'),
    );
    const sent = play('chat', 'messages', events);
    assert.deepEqual(sent.at(-1), DONE);
    assert.ok(sent.every(({ event }) => event === undefined));
    const made = played('chat', 'messages', events);
    assert.deepEqual(deltas(made), [
      { role: 'assistant', content: '', refusal: null },
      { content: 'Hel' },
      { content: 'lo' },
      {},
    ]);
    assert.deepEqual(made[1], {
      id: 'msg_1',
      object: 'chat.completion.chunk',
      created: NOW_S,
      model: 'claude-haiku-4-5',
      choices: [{ index: 0, delta: { content: 'Hel' }, logprobs: null, finish_reason: null }],
    });
    assert.equal(choiceOf(made[3])?.['finish_reason'], 'stop');
    assert.deepEqual(made[4]?.['choices'], []);
    assert.deepEqual(made[4]?.['usage'], {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 },
      completion_tokens_details: { reasoning_tokens: 0 },
    });
  });

  test('counts calls of tools from 0, and writes arguments of those that have none', () => {
    const made = played(
      'chat',
      'messages',
      named(
        START,
        begin(0, { type: 'text', text: 'So: ' }),
        stop(0),
        begin(1, { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} }),
        delta(1, json('')),
        delta(1, json('{"city":')),
        delta(1, json('"Ulm"}')),
        stop(1),
        begin(2, { type: 'tool_use', id: 'toolu_2', name: 'time', input: {} }),
        stop(2),
        begin(3, { type: 'tool_use', id: 'toolu_3', name: 'whole', input: { a: 1 } }),
        stop(3),
        ...end('tool_use'),
      ),
    );
    const begun = (index: number, id: string, name: string): JsonObject => ({
      tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }],
    });
    const grown = (index: number, args: string): JsonObject => ({
      tool_calls: [{ index, function: { arguments: args } }],
    });
    assert.deepEqual(deltas(made).slice(1), [
      { content: 'So: ' },
      begun(0, 'toolu_1', 'weather'),
      grown(0, '{"city":'),
      grown(0, '"Ulm"}'),
      begun(1, 'toolu_2', 'time'),
      grown(1, '{}'),
      begun(2, 'toolu_3', 'whole'),
      grown(2, '{"a":1}'),
      {},
    ]);
  });

  test('tells a refusal with its reason', () => {
    const made = played('chat', 'messages', named(START, ...end('refusal', { stop_details: { explanation: 'No.' } })));
    assert.deepEqual(choiceOf(made[1]), {
      index: 0,
      delta: { refusal: 'No.' },
      logprobs: null,
      finish_reason: 'content_filter',
    });
  });

  test('tells an error in the middle, and nothing after it', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    const sent = play('chat', 'messages', named(START, error, ...end('end_turn')));
    assert.equal(sent.length, 2);
    assert.deepEqual(JSON.parse(sent[1]?.data ?? ''), {
      error: { message: 'Overloaded', type: 'server_error', param: null, code: 'server_is_overloaded' },
    });
  });

  test('tells an event that is not JSON as an error', () => {
    const sent = play('chat', 'messages', [...named(START), { event: 'content_block_delta', data: '{"ty' }]);
    assert.match(
      (JSON.parse(sent[1]?.data ?? '') as { error: { message: string } }).error.message,
      /not a JSON object/,
    );
  });

  test('pretends nothing where it breaks off', () => {
    const sent = play('chat', 'messages', named(START, begin(0, { type: 'text', text: '' }), delta(0, text('Hel'))));
    assert.equal(sent.length, 2);
    assert.deepEqual(play('chat', 'messages', []), []);
  });
});
