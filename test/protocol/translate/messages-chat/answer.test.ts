import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../../../src/protocol/types.js';
import { chatUsage, translation } from '../play.js';

const answer = (message: JsonObject, finish: string, more: JsonObject = {}, choice: JsonObject = {}): JsonObject =>
  translation('messages', 'chat').answer({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-5-mini',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finish, ...choice }],
    ...more,
  });
const call = (id: string, args: string): JsonObject => ({
  id,
  type: 'function',
  function: { name: 'weather', arguments: args },
});

describe('a chat completion as an answer of messages', () => {
  test('has text, id, LLM and usage', () => {
    assert.deepEqual(answer({ content: 'Hello' }, 'stop', { usage: chatUsage }), {
      id: 'chatcmpl-1',
      type: 'message',
      role: 'assistant',
      model: 'gpt-5-mini',
      content: [{ type: 'text', text: 'Hello', citations: null }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      stop_details: null,
      usage: {
        input_tokens: 36,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 64,
        output_tokens: 20,
        output_tokens_details: { thinking_tokens: 5 },
      },
    });
  });

  test('has calls of tools, with ids where the provider gives none', () => {
    const made = answer(
      { content: null, tool_calls: [call('call_1', '{"city":"Ulm"}'), call('', ''), call('c', '{"ci')] },
      'stop',
    );
    assert.deepEqual(made['content'], [
      { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Ulm' } },
      { type: 'tool_use', id: 'call_chatcmpl-1_1', name: 'weather', input: {} },
      { type: 'tool_use', id: 'c', name: 'weather', input: { arguments: '{"ci' } },
    ]);
    assert.equal(made['stop_reason'], 'tool_use');
  });

  test('says why it ended', () => {
    const reasons = { stop: 'end_turn', length: 'max_tokens', content_filter: 'refusal', tool_calls: 'tool_use' };
    for (const [finish, stop] of Object.entries(reasons))
      assert.equal(answer({ content: 'x' }, finish)['stop_reason'], stop, finish);
    const stopped = answer({ content: 'x' }, 'stop', {}, { stop_reason: 'END' });
    assert.deepEqual([stopped['stop_reason'], stopped['stop_sequence']], ['stop_sequence', 'END']);
  });

  test('tells a refusal', () => {
    const made = answer({ content: null, refusal: 'Not this.' }, 'stop');
    assert.deepEqual(made['content'], [{ type: 'text', text: 'Not this.', citations: null }]);
    assert.equal(made['stop_reason'], 'refusal');
  });

  test('reads the text of an answer in parts', () => {
    const parts = [
      { type: 'thinking', thinking: [] },
      { type: 'text', text: 'Hi' },
    ];
    assert.deepEqual(answer({ content: parts }, 'stop')['content'], [{ type: 'text', text: 'Hi', citations: null }]);
  });
});
