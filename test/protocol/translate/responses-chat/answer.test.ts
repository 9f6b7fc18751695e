import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../../../src/protocol/types.js';
import { chatUsage, translation } from '../play.js';

const answer = (message: JsonObject, finish: string, choice: JsonObject = {}): JsonObject =>
  translation('responses', 'chat').answer({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 5,
    model: 'llama-4',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finish, ...choice }],
    usage: chatUsage,
  });

describe('a chat completion as a response', () => {
  test('has a message, id, LLM, time and usage', () => {
    const made = answer({ content: 'Hello' }, 'stop');
    assert.deepEqual(made['output'], [
      {
        id: 'msg_chatcmpl-1_0',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'Hello', annotations: [], logprobs: [] }],
      },
    ]);
    const { id, object, created_at: created, model, status, store } = made;
    assert.deepEqual(
      { id, object, created, model, status, store },
      { id: 'chatcmpl-1', object: 'response', created: 5, model: 'llama-4', status: 'completed', store: false },
    );
    assert.deepEqual(made['usage'], {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 64, cache_write_tokens: 0 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 5 },
      total_tokens: 120,
    });
  });

  test('has calls of tools, log probabilities and refusals', () => {
    const calls = [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } }];
    assert.deepEqual(answer({ content: null, tool_calls: calls }, 'tool_calls')['output'], [
      {
        id: 'fc_chatcmpl-1_0',
        type: 'function_call',
        status: 'completed',
        arguments: '{}',
        call_id: 'call_1',
        name: 'look',
      },
    ]);
    const logprob = { token: 'Hi', logprob: -0.1, bytes: null, top_logprobs: [] };
    const said = answer({ content: 'Hi' }, 'stop', { logprobs: { content: [logprob] } });
    const [message] = said['output'] as { content: JsonObject[] }[];
    assert.deepEqual(message?.content[0]?.['logprobs'], [logprob]);
    const [refused] = answer({ content: null, refusal: 'No.' }, 'stop')['output'] as JsonObject[];
    assert.deepEqual(refused?.['content'], [{ type: 'refusal', refusal: 'No.' }]);
  });

  test('says why it is incomplete', () => {
    const long = answer({ content: 'Hel' }, 'length');
    assert.deepEqual([long['status'], long['incomplete_details']], ['incomplete', { reason: 'max_output_tokens' }]);
    const filtered = answer({ content: '' }, 'content_filter');
    assert.deepEqual(filtered['incomplete_details'], { reason: 'content_filter' });
    assert.equal((filtered['output'] as JsonObject[])[0]?.['status'], 'incomplete');
  });
});
