import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RESPONSE, RESPONSE_BEGUN, responseBody, responseOutput, responseUsage } from '../streams.js';
import { streamed, whole } from './observed.js';

const facts = {
  id: 'resp_67c9fdcecf488190bdd9a0409de3a1ec07b8b0ad4e5eb654',
  finish: 'tool_calls',
  usage: { prompt: 37, completion: 11, cached: 10, cacheWritten: 3, reasoning: 4 },
  text: 'Hi there!',
  refusal: '',
  toolCalls: [
    { name: 'get_weather', arguments: '{"city":"Rome"}' },
    { name: 'apply_patch', arguments: '"*** \\"a\\""' },
  ],
  error: null,
  complete: true,
};
const ended = (type: string, more: object) =>
  `${RESPONSE_BEGUN}event: ${type}\ndata: ${JSON.stringify({ type, response: responseBody(more) })}\n\n`;

describe('of a response is seen', () => {
  test('its text, calls, usage and end, streamed', () => {
    assert.deepEqual(streamed('responses', RESPONSE), facts);
    // Not every server repeats the output at the end.
    const usage = responseUsage;
    assert.deepEqual(streamed('responses', ended('response.completed', { status: 'completed', usage })), facts);
  });

  test('the same of a whole one', () => {
    const body = responseBody({ status: 'completed', output: responseOutput, usage: responseUsage });
    assert.deepEqual(whole('responses', body), facts);
  });

  test('that it broke off, with what came until then', () => {
    const seen = streamed('responses', RESPONSE_BEGUN);
    assert.deepEqual(seen, { ...facts, finish: null, usage: null, complete: false });
  });

  test('why it ended', () => {
    const text = { output: [responseOutput[1]] };
    const incomplete = (reason: string) => ({ ...text, status: 'incomplete', incomplete_details: { reason } });
    const seen = streamed('responses', ended('response.incomplete', incomplete('max_output_tokens')));
    assert.deepEqual([seen.finish, seen.complete], ['length', true]);
    assert.equal(whole('responses', responseBody(incomplete('content_filter'))).finish, 'content_filter');
    assert.equal(whole('responses', responseBody(incomplete('of_tomorrow'))).finish, 'other');
    assert.equal(whole('responses', responseBody({ ...text, status: 'completed' })).finish, 'stop');
    const refusal = { type: 'message', content: [{ type: 'refusal', refusal: 'I can’t.' }] };
    const refused = whole('responses', responseBody({ status: 'completed', output: [refusal] }));
    assert.deepEqual([refused.finish, refused.refusal], ['refusal', 'I can’t.']);
    const delta = { type: 'response.refusal.delta', output_index: 0, delta: 'No.' };
    assert.equal(streamed('responses', `data: ${JSON.stringify(delta)}\n\n`).refusal, 'No.');
  });

  test('its error, by whichever event it comes', () => {
    const error = { code: 'server_error', message: 'The server had an error' };
    const expected = { type: 'server_error', message: 'The server had an error' };
    const failed = streamed('responses', ended('response.failed', { status: 'failed', error }));
    assert.deepEqual([failed.error, failed.complete, failed.text], [expected, false, 'Hi there!']);
    assert.deepEqual(whole('responses', responseBody({ status: 'failed', error })).error, expected);
    for (const event of [
      { type: 'error', ...error, param: null, sequence_number: 1 },
      { type: 'error', sequence_number: 1, error: { type: 'server_error', ...error, param: null } },
    ])
      assert.deepEqual(streamed('responses', `event: error\ndata: ${JSON.stringify(event)}\n\n`).error, expected);
  });
});
