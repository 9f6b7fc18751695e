import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventsFault } from '../../scripts/fuzz/events.js';

const stream = (...events: string[]): string => events.map((event) => `data: ${event}\n\n`).join('');

test('a stream of a call ends with its form’s mark, or with an error', () => {
  const whole = ['{"choices":[]}', '[DONE]'];
  assert.equal(eventsFault(stream(...whole)), undefined);
  assert.equal(eventsFault(stream('{"type":"message_start"}', '{"type":"message_stop"}')), undefined);
  assert.equal(eventsFault(stream('{"type":"response.completed","response":{}}')), undefined);
  assert.equal(eventsFault(stream('{"choices":[]}', '{"error":{"message":"gone"}}')), undefined);
  assert.equal(eventsFault(stream('{"type":"error","error":{}}')), undefined);
  assert.match(eventsFault(stream('{"choices":[]}'))!, /ends with \{"choices":\[\]\}/);
  assert.match(eventsFault('')!, /ends with undefined/);
});

test('events of a call are JSON', () => {
  assert.match(eventsFault(stream('{"choices":[', '[DONE]'))!, /no JSON: \{"choices":\[/);
});
