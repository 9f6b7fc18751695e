import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { observedOf, recordsOf, type Observed } from '../../src/endpoint/signals.js';
import type { AnswerFacts, Call } from '../../src/protocol/types.js';
import { SignalFeedback } from '../../src/schema/feedback.js';
import { DecisionId, LlmId } from '../../src/schema/ids.js';
import { DEFAULT_SIGNALS, SignalSettings, type SignalName } from '../../src/schema/signals.js';

const CALL: Call = {
  api: 'chat',
  model: 'auto',
  stream: false,
  wantsUsage: false,
  messages: [{ role: 'user', content: 'q' }],
  promptTokens: 1,
  maxOutputTokens: null,
  needs: { tools: false, images: false, audio: false, files: false, json: false },
  tools: [],
  answerSchema: null,
  toolLoop: null,
  continues: false,
  opening: '0'.repeat(64),
  session: null,
  previousAnswer: null,
  metadata: null,
  own: undefined,
};
const FACTS: AnswerFacts = {
  id: 'a',
  finish: 'stop',
  usage: null,
  text: 'It is far.',
  refusal: '',
  toolCalls: [],
  error: null,
  complete: true,
};

function seen(facts: Partial<AnswerFacts>, call: Partial<Call> = {}): Partial<Record<SignalName, boolean | number>> {
  return Object.fromEntries(
    observedOf({ ...CALL, ...call }, { ...FACTS, ...facts }).map(({ signal, value }) => [signal, value]),
  );
}

const WHOLE = { completed: true, refused: false, truncated: false };
const schema = { type: 'object', required: ['a'], properties: { a: { type: 'number' } } };

describe('signals that are observed of an answer', () => {
  test('say whether it came whole; one that broke off tells nothing else', () => {
    assert.deepEqual(seen({}), WHOLE);
    assert.deepEqual(seen({ complete: false, finish: null }), { completed: false });
    assert.deepEqual(seen({ error: { type: 'overloaded', message: 'later' } }), { completed: false });
  });

  test('refusals, by the form’s own field or why it ended, and then no structure is looked for', () => {
    const refused = { completed: true, refused: true, truncated: false };
    assert.deepEqual(seen({ refusal: 'I can’t.', text: '' }, { answerSchema: 'any' }), refused);
    assert.deepEqual(seen({ finish: 'refusal', text: 'I can’t.' }, { answerSchema: 'any' }), refused);
    assert.deepEqual(seen({ finish: 'content_filter' }), refused);
  });

  test('truncation, but where the client wanted few tokens', () => {
    assert.deepEqual(seen({ finish: 'length' }), { ...WHOLE, truncated: true });
    assert.deepEqual(seen({ finish: 'length' }, { maxOutputTokens: 4_096 }), { ...WHOLE, truncated: true });
    assert.deepEqual(seen({ finish: 'length', text: '{' }, { maxOutputTokens: 16, answerSchema: 'any' }), {
      completed: true,
      refused: false,
    });
    assert.deepEqual(seen({}, { maxOutputTokens: 16 }), WHOLE);
  });

  test('JSON that was asked for parses, and fits the schema', () => {
    const json = (text: string, answerSchema: Call['answerSchema']): unknown =>
      seen({ text }, { answerSchema }).valid_json;
    assert.equal(json('{"a": 1}', schema), true);
    assert.equal(json('{"a": "1"}', schema), false);
    assert.equal(json('{"b": 1}', 'any'), true);
    assert.equal(json('```json\n{"a": 1}\n```', 'any'), false);
    assert.equal(json('{"a": 1', schema), false);
    assert.equal(json('', schema), undefined, 'tools may be called instead');
    assert.equal(json('x'.repeat(200_000), schema), undefined, 'of what may be cut nothing is known');
    assert.equal(json('It is far.', null), undefined);
  });

  test('calls of tools name one that was offered, and their arguments are JSON', () => {
    const calls = (...toolCalls: [string, string][]): unknown =>
      seen(
        { text: '', finish: 'tool_calls', toolCalls: toolCalls.map(([name, text]) => ({ name, arguments: text })) },
        { tools: ['find', 'read'] },
      ).valid_tool_calls;
    assert.equal(calls(['find', '{"for": "x"}'], ['read', '']), true);
    assert.equal(calls(['find', '{"for": "x"}'], ['write', '{}']), false);
    assert.equal(calls(['find', '{"for": ']), false);
    assert.equal(calls(), undefined);
    const unknown = seen({ toolCalls: [{ name: 'kept by the provider', arguments: '{}' }] });
    assert.equal(unknown.valid_tool_calls, true, 'where it is not known which were offered');
  });

  test('code that is shown parses', () => {
    assert.equal(seen({ text: '```js\nlet a = ;\n```' }).code_parses, false);
    assert.equal(seen({ text: '```js\nlet a = 1;\n```' }).code_parses, true);
  });
});

describe('signals become scores', () => {
  const answer = {
    decision_id: DecisionId.parse('01890000-0000-7000-8000-000000000001'),
    model: LlmId.parse('a/small'),
    at: '2026-01-01T00:00:00.000Z',
  };

  test('by the settings, as feedback takes them; what says nothing is left out', () => {
    const observed: Observed[] = [
      { signal: 'completed', value: true },
      { signal: 'valid_json', value: false },
      { signal: 'valid_tool_calls', value: true },
      { signal: 'quiet', value: true },
      { signal: 'judge', value: 0.7 },
    ];
    const records = recordsOf(observed, answer, DEFAULT_SIGNALS);
    assert.deepEqual(
      records.map(({ signal, value, weight, source }) => [signal, value, weight, source]),
      [
        ['valid_json', 0, 1, 'endpoint'],
        ['quiet', 0.8, 0.5, 'endpoint'],
        ['judge', 0.7, 0.5, 'endpoint'],
      ],
    );
    for (const record of records) assert.deepEqual(SignalFeedback.parse(record), record);
  });

  test('other settings say otherwise, and what they leave out is as by default', () => {
    const settings = SignalSettings.parse({
      valid_json: { value_when_true: 0.6 },
      judge: { weight: 0 },
      quiet: { value_when_true: null },
    });
    const observed: Observed[] = [
      { signal: 'valid_json', value: true },
      { signal: 'quiet', value: true },
      { signal: 'judge', value: 0.7 },
      { signal: 'thumb', value: false },
    ];
    assert.deepEqual(
      recordsOf(observed, answer, settings, 'somebody').map(({ signal, value, weight, source }) => [
        signal,
        value,
        weight,
        source,
      ]),
      [
        ['valid_json', 0.6, 1, 'somebody'],
        ['thumb', 0, 1, 'somebody'],
      ],
    );
    assert.equal(settings.valid_json.value_when_false, 0);
  });
});
