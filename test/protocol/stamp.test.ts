import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createStamper } from '../../src/protocol/stamp.js';
import type { Api } from '../../src/protocol/types.js';
import { responseBody } from './streams.js';

const stamp = { model: 'fast "one"', id: (own: string) => `${own}_D` };
const whole = (api: Api, text: string): string => createStamper(api, stamp).whole(text);
const event = (api: Api, data: string): string => createStamper(api, stamp).event(data, JSON.parse(data));

describe('a stamp', () => {
  test('puts id and LLM where the form has them, and leaves all else', () => {
    assert.equal(
      whole('chat', '{\n  "id": "chatcmpl-1",\n  "model": "gpt-5-2025",\n  "choices": [{"id":"x","model":"y"}]\n}'),
      '{\n  "id": "chatcmpl-1_D",\n  "model": "fast \\"one\\"",\n  "choices": [{"id":"x","model":"y"}]\n}',
    );
    assert.equal(whole('embeddings', '{"data":[0.10],"model":"e"}'), '{"data":[0.10],"model":"fast \\"one\\""}');
    for (const api of ['messages', 'responses'] as const)
      assert.equal(whole(api, '{"id":"a","model":"b","x":1}'), '{"id":"a_D","model":"fast \\"one\\"","x":1}');
  });

  test('is in the event that has the message or the response, and in no other', () => {
    const start = '{"type":"message_start","message":{"id":"msg_1","model":"claude","usage":{}}}';
    assert.deepEqual(JSON.parse(event('messages', start)), {
      type: 'message_start',
      message: { id: 'msg_1_D', model: 'fast "one"', usage: {} },
    });
    const delta = '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}';
    assert.equal(event('messages', delta), delta);
    const { response } = JSON.parse(event('responses', JSON.stringify({ type: 'x', response: responseBody() }))) as {
      response: object;
    };
    assert.deepEqual(response, { ...responseBody({ model: 'fast "one"' }), id: `${String(responseBody()['id'])}_D` });
    assert.equal(event('responses', '{"type":"response.output_text.delta","delta":"a"}').includes('fast'), false);
  });

  test('is in every chunk of a chat', () => {
    const stamper = createStamper('chat', stamp);
    for (const id of ['a', 'a', 'b'])
      assert.match(stamper.event(`{"id":"${id}","choices":[{}]}`, { id, choices: [{}] }), new RegExp(`"id":"${id}_D"`));
  });

  test('gives an id to an answer that has none', () => {
    for (const text of ['{"choices":[{}]}', '{"id":"","choices":[{}]}', '{"id":null,"choices":[{}]}'])
      assert.equal((JSON.parse(event('chat', text)) as { id: unknown }).id, '_D');
    assert.equal((JSON.parse(whole('messages', '{}')) as { id: unknown }).id, '_D');
  });

  test('leaves the id of Azure’s first chunk, which is empty and has no choices', () => {
    const chunk = '{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[]}';
    const { id, model } = JSON.parse(event('chat', chunk)) as { id: unknown; model: unknown };
    assert.deepEqual([id, model], ['', 'fast "one"']);
  });

  test('leaves errors', () => {
    const error = '{"error":{"message":"a"}}';
    assert.equal(event('chat', error), error);
  });
});
