import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { relayWhole, UnreadableAnswer } from '../../src/protocol/relay-whole.js';
import { responseBody } from './streams.js';

const options = {
  client: 'chat',
  provider: 'chat',
  model: 'fast',
  id: (own: string) => `${own}_D`,
  translation: null,
} as const;

describe('a whole answer', () => {
  test('is given as it came but for its id and LLM, and is seen', () => {
    const text = '{"id":"a",\n "model":"b", "choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}]}';
    const { text: given, facts } = relayWhole(text, options);
    assert.equal(given, text.replace('"a"', '"a_D"').replace('"b"', '"fast"'));
    assert.deepEqual([facts.id, facts.text, facts.finish, facts.complete], ['a', 'Hi', 'stop', true]);
  });

  test('is translated, and seen as the provider gave it', () => {
    const text = '{"id":"msg_1","model":"c","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn"}';
    const { text: given, facts } = relayWhole(text, {
      ...options,
      provider: 'messages',
      translation: { answer: ({ id }) => ({ id, model: 'c', choices: [] }) },
    });
    assert.deepEqual(JSON.parse(given), { id: 'msg_1_D', model: 'fast', choices: [] });
    assert.deepEqual([facts.id, facts.text], ['msg_1', 'Hi']);
  });

  test('that is an error is left as it came', () => {
    const text = '{"error":{"message":"No","code":502}}';
    const { text: given, facts } = relayWhole(text, options);
    assert.equal(given, text);
    assert.deepEqual(facts.error, { type: 'error', message: 'No' });
  });

  test('that tells how it failed has an id, too', () => {
    const body = responseBody({ status: 'failed', error: { code: 'server_error', message: 'No' } });
    const { text, facts } = relayWhole(JSON.stringify(body), {
      ...options,
      client: 'responses',
      provider: 'responses',
    });
    assert.equal((JSON.parse(text) as { model: string }).model, 'fast');
    assert.equal(facts.error?.type, 'server_error');
  });

  test('that is no object of JSON is of no use', () => {
    for (const text of ['<html>', '', '[]', 'null']) assert.throws(() => relayWhole(text, options), UnreadableAnswer);
  });
});
