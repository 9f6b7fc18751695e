import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../../../src/protocol/types.js';
import { NOW_S, translation } from '../play.js';

const answer = (body: JsonObject): { choices: { message: JsonObject; finish_reason: string }[] } & JsonObject =>
  translation('chat', 'messages').answer({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-haiku-4-5',
    content: [],
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 1 },
    ...body,
  }) as never;

describe('an answer of messages as a chat completion', () => {
  test('has text, id, LLM, time and usage', () => {
    const made = answer({
      content: [
        { type: 'thinking', thinking: 'Hm', signature: 'x' },
        { type: 'text', text: 'Hello, ' },
        { type: 'text', text: 'world' },
      ],
      usage: {
        input_tokens: 10,
        cache_read_input_tokens: 60,
        cache_creation_input_tokens: 30,
        output_tokens: 20,
        output_tokens_details: { thinking_tokens: 5 },
      },
    });
    assert.deepEqual(made, {
      id: 'msg_1',
      object: 'chat.completion',
      created: NOW_S,
      model: 'claude-haiku-4-5',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello, world', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 100,
        completion_tokens: 20,
        total_tokens: 120,
        prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 },
        completion_tokens_details: { reasoning_tokens: 5 },
      },
    });
  });

  test('has calls of tools', () => {
    const made = answer({
      content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Ulm' } }],
      stop_reason: 'tool_use',
    });
    assert.deepEqual(made.choices[0]?.message, {
      role: 'assistant',
      content: null,
      refusal: null,
      tool_calls: [{ id: 'toolu_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Ulm"}' } }],
    });
    assert.equal(made.choices[0]?.finish_reason, 'tool_calls');
  });

  test('says why it ended', () => {
    const reasons = {
      end_turn: 'stop',
      stop_sequence: 'stop',
      pause_turn: 'stop',
      max_tokens: 'length',
      model_context_window_exceeded: 'length',
      refusal: 'content_filter',
      unheard_of: 'stop',
    };
    for (const [stop, finish] of Object.entries(reasons))
      assert.equal(answer({ stop_reason: stop }).choices[0]?.finish_reason, finish, stop);
  });

  test('tells a refusal, with its reason', () => {
    const made = answer({ stop_reason: 'refusal', stop_details: { type: 'refusal', explanation: 'Not this.' } });
    assert.equal(made.choices[0]?.message['refusal'], 'Not this.');
  });
});
