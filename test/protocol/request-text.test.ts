import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { requestText } from '../../src/protocol/request-text.js';

const DECISION = '0198c5a0-1111-7222-8333-444455556666';

describe('the text of a request for its provider', () => {
  test('has the LLM’s name there and not what is Pointsman’s own; all else is the client’s', () => {
    const text = '{ "model":"auto",\n"seed": 1.0, "x_unknown" : {"model":"auto"} , "pointsman":{"task":"a"} }';
    assert.equal(
      requestText(text, { api: 'chat', model: 'gpt-5', usage: false }),
      '{ "model":"gpt-5",\n"seed": 1.0, "x_unknown" : {"model":"auto"} }',
    );
  });

  test('can’t name another LLM by saying it twice', () => {
    const text = '{"model":"cheap","messages":[],"mod\\u0065l":"dear"}';
    const sent = requestText(text, { api: 'chat', model: 'gpt-5', usage: false });
    assert.deepEqual(sent.match(/cheap|dear/), null);
    assert.equal((JSON.parse(sent) as { model: string }).model, 'gpt-5');
  });

  test('asks for the usage of a stream, whatever else is said of it', () => {
    const edits = { api: 'chat', model: 'm', usage: true } as const;
    const optionsOf = (text: string): unknown =>
      (JSON.parse(requestText(text, edits)) as { stream_options: unknown }).stream_options;
    assert.deepEqual(optionsOf('{"model":"auto"}'), { include_usage: true });
    assert.deepEqual(optionsOf('{"stream_options":null}'), { include_usage: true });
    assert.deepEqual(optionsOf('{"stream_options":{}}'), { include_usage: true });
    assert.deepEqual(optionsOf('{"stream_options":{"include_obfuscation":false,"include_usage":false}}'), {
      include_obfuscation: false,
      include_usage: true,
    });
    assert.doesNotMatch(requestText('{"model":"auto"}', { ...edits, api: 'responses' }), /include_usage/);
  });

  test('goes on from an answer by the provider’s own id of it', () => {
    const edits = { api: 'responses', model: 'm', usage: true } as const;
    const idOf = (text: string): unknown =>
      (JSON.parse(requestText(text, edits)) as { previous_response_id: unknown }).previous_response_id;
    assert.equal(idOf(`{"previous_response_id":"resp_1_${DECISION}"}`), 'resp_1');
    assert.equal(idOf('{"previous_response_id":"resp_1"}'), 'resp_1');
    assert.equal(idOf('{"previous_response_id":null}'), null);
    assert.equal(idOf('{}'), undefined);
  });
});
