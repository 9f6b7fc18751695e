import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { createRelay, type Relay, type RelayOptions } from '../../src/protocol/relay.js';
import type { Api, SseEvent } from '../../src/protocol/types.js';
import {
  CHAT,
  CHAT_TOOLS,
  chatChunk,
  chatUsage,
  DONE,
  eventsOf,
  MESSAGE,
  RESPONSE,
  RESPONSE_BEGUN,
} from './streams.js';

const DECISION = '0198c5a0-1111-7222-8333-444455556666';
const relayOf = (api: Api, more: Partial<RelayOptions> = {}): Relay =>
  createRelay({
    client: api,
    provider: api,
    model: 'openai/gpt-5-mini',
    id: (own) => `${own}_${DECISION}`,
    dropUsage: false,
    translation: null,
    ...more,
  });

/** All that the client gets of a stream that comes in these parts. */
function sent(relay: Relay, ...parts: (string | Uint8Array)[]): string {
  return parts.map((part) => relay.push(Buffer.from(part))).join('') + relay.end();
}

/** A stream as it was, once what a relay puts into it is taken out again. */
const unstamped = (stream: string, model: string): string =>
  stream.replaceAll(`_${DECISION}`, '').replaceAll('openai/gpt-5-mini', model);

const STREAMS: [api: Api, stream: string, model: string][] = [
  ['chat', `: hi\n\n${CHAT}`, 'gpt-5-mini-2025-08-07'],
  ['chat', CHAT_TOOLS, 'gpt-5-mini-2025-08-07'],
  ['messages', MESSAGE, 'claude-sonnet-4-5-20250929'],
  ['responses', RESPONSE, 'gpt-5-2025-08-07'],
];

describe('a relay', () => {
  test('changes nothing of a stream but its id and LLM', () => {
    for (const [api, stream, model] of STREAMS) {
      const relay = relayOf(api);
      const given = sent(relay, stream);
      assert.notEqual(given, stream);
      assert.equal(unstamped(given, model), stream);
      assert.doesNotMatch(given, new RegExp(`"${model}"`));
      assert.deepEqual([relay.facts().complete, relay.started(), relay.over()], [true, true, true]);
    }
  });

  test('gives the same, whatever the parts in which a stream comes', () => {
    const rng = createRng(7);
    const broken = `${chatChunk({ content: 'Grüße' })}data: {"id":"x",\n\n`;
    const cut = Buffer.from(chatChunk({ content: '😀' })).subarray(0, -30);
    const all: [Api, string | Uint8Array][] = [
      ...STREAMS.map(([api, stream]): [Api, string] => [api, stream]),
      ...STREAMS.map(([api, stream]): [Api, string] => [api, stream.replaceAll('\n', '\r\n')]),
      ['chat', broken + CHAT],
      ['chat', cut],
      ['responses', RESPONSE_BEGUN],
    ];
    for (const [api, stream] of all) {
      const bytes = Buffer.from(stream);
      const expected = sent(relayOf(api, { dropUsage: true }), bytes);
      const facts = relayOf(api);
      sent(facts, bytes);
      for (let run = 0; run < 40; run++) {
        const parts: Uint8Array[] = [];
        const most = [1, 5, 100, 2000][run % 4]!;
        for (let at = 0; at < bytes.length;) {
          const end = at + 1 + rng.int(most);
          parts.push(bytes.subarray(at, end));
          at = end;
        }
        assert.equal(sent(relayOf(api, { dropUsage: true }), ...parts), expected);
        const relay = relayOf(api);
        sent(relay, ...parts);
        assert.deepEqual(relay.facts(), facts.facts());
      }
    }
  });

  test('gives an event as soon as it is whole', () => {
    const relay = relayOf('chat');
    const chunk = chatChunk({ content: 'a' });
    assert.equal(relay.push(Buffer.from(chunk.slice(0, -1))), '');
    assert.equal(relay.started(), false);
    assert.match(relay.push(Buffer.from('\n')), /"content":"a"/);
    assert.equal(relay.started(), true);
  });

  test('keeps usage from a client that did not ask for it, and knows it', () => {
    const relay = relayOf('chat', { dropUsage: true });
    const given = sent(relay, CHAT);
    assert.doesNotMatch(given, /"prompt_tokens"/);
    assert.equal(eventsOf(given).length, eventsOf(CHAT).length - 1);
    assert.equal(relay.facts().usage?.prompt, chatUsage.prompt_tokens);
    // Where it comes with the end of the answer, it stays.
    assert.match(sent(relayOf('chat', { dropUsage: true }), chatChunk({}, 'stop', { usage: chatUsage })), /1117/);
  });

  test('passes comments, waits and pings on, which are no beginning of an answer', () => {
    const relay = relayOf('messages');
    assert.equal(relay.push(Buffer.from(': OPENROUTER PROCESSING\n\n')), ': OPENROUTER PROCESSING\n\n');
    assert.equal(relay.push(Buffer.from('retry: 500\n\n')), 'retry: 500\n\n');
    assert.equal(
      relay.push(Buffer.from('event: ping\ndata: {"type":"ping"}\n\n')),
      'event: ping\ndata: {"type":"ping"}\n\n',
    );
    assert.equal(relay.push(Buffer.from('event: ping\ndata:\n\n')), 'event: ping\ndata: \n\n');
    assert.equal(relay.started(), false);
  });

  test('adds nothing to a chat that has ended without the mark of it', () => {
    assert.equal(
      unstamped(sent(relayOf('chat'), chatChunk({}, 'stop')), 'gpt-5-mini-2025-08-07'),
      chatChunk({}, 'stop'),
    );
  });

  test('ends a stream that broke off with an error in the client’s form', () => {
    const ends: [Api, string, unknown][] = [
      ['chat', chatChunk({ content: 'a' }), undefined],
      ['messages', MESSAGE.slice(0, MESSAGE.indexOf('event: message_delta')), 'error'],
      ['responses', RESPONSE_BEGUN, 'error'],
    ];
    for (const [api, stream, name] of ends) {
      const relay = relayOf(api);
      const last = eventsOf(sent(relay, stream, 'data: {"half":')).at(-1)!;
      const { error, sequence_number: place } = last.value as { error: { message: string }; sequence_number?: number };
      assert.equal(last.event, name);
      assert.equal(error.message, 'The provider broke off its answer');
      assert.equal(place, api === 'responses' ? eventsOf(RESPONSE_BEGUN).length : undefined);
      assert.deepEqual([relay.facts().complete, relay.facts().error], [false, null]);
      assert.equal(relay.end(), '');
    }
  });

  test('ends a stream with an error in the words of whoever ended it', () => {
    const relay = relayOf('responses');
    relay.push(Buffer.from(RESPONSE_BEGUN));
    const last = eventsOf(relay.end({ type: 'server_error', message: 'It paused for too long', code: 'stalled' })).at(
      -1,
    )!;
    const { code, message, sequence_number } = last.value as Record<string, unknown>;
    assert.deepEqual([code, message, sequence_number], ['stalled', 'It paused for too long', 14]);
    const whole = relayOf('chat');
    whole.push(Buffer.from(CHAT));
    assert.equal(whole.end({ type: 'server_error', message: 'x', code: null }), '');
  });

  test('passes a provider’s own error on, once, without its secrets', () => {
    const error = { message: 'Wrong key sk-abc', type: 'server_error', code: null };
    for (const [api, value] of [
      ['chat', { error }],
      ['responses', { type: 'error', error }],
      ['messages', { type: 'error', error }],
    ] as const) {
      const relay = relayOf(api, { redact: (text) => text.replaceAll('sk-abc', '***') });
      const given = sent(relay, `data: ${JSON.stringify(value)}\n\n`);
      assert.equal(given, `data: ${JSON.stringify(value).replace('sk-abc', '***')}\n\n`);
      assert.deepEqual(relay.facts().error, { type: 'server_error', message: 'Wrong key ***' });
      assert.equal(relay.started(), false);
    }
  });

  test('ends at an event that is no JSON', () => {
    const relay = relayOf('chat');
    const given = sent(relay, chatChunk({ content: 'a' }), 'data: <html>\n\n', CHAT);
    assert.equal(eventsOf(given).length, 2);
    assert.match(given, /sent an event that is not JSON/);
    assert.equal(relay.facts().error?.type, 'server_error');
    assert.equal(relay.facts().text, 'a');
  });

  test('ends at an event that is too long, and says so before the stream is over', () => {
    const relay = relayOf('messages', { maxEventChars: 2000 });
    assert.equal(relay.push(Buffer.from('data: {"a":"')), '');
    assert.match(relay.push(Buffer.alloc(3000, 'x')), /^event: error\n.*"api_error".*too long/);
    assert.equal(relay.over(), true);
    assert.equal(relay.push(Buffer.from(MESSAGE)) + relay.end(), '');
  });

  test('passes on values that are no objects, and events of tomorrow', () => {
    const stream = 'event: of_tomorrow\ndata: {"type":"of_tomorrow","x":1.0}\n\ndata: 5\n\n';
    assert.ok(sent(relayOf('responses'), stream).startsWith(stream));
  });
});

describe('a relay with a translation', () => {
  const chunk = (delta: object, finish_reason: string | null = null, more: object = {}): SseEvent => ({
    event: undefined,
    data: JSON.stringify({ id: 'msg_1', model: 'claude', choices: [{ index: 0, delta, finish_reason }], ...more }),
  });
  /** Makes chat chunks of messages, as far as these tests look. */
  const toChat = (fails = false) => ({
    event({ data }: SseEvent): SseEvent[] {
      const { type, delta } = JSON.parse(data) as { type: string; delta?: { text?: string } };
      if (fails) throw new Error('no such block');
      return type === 'content_block_delta' && delta?.text !== undefined ? [chunk({ content: delta.text })] : [];
    },
    end: (): SseEvent[] => [
      chunk({}, 'stop'),
      { ...chunk({}, null, { choices: [], usage: chatUsage }) },
      { event: undefined, data: '[DONE]' },
    ],
  });
  const translated = (more: Partial<RelayOptions> = {}): Relay =>
    relayOf('chat', { provider: 'messages', translation: toChat(), ...more });

  test('gives what becomes of the events, stamped, and sees what the provider sent', () => {
    const relay = translated({ dropUsage: true });
    const given = eventsOf(sent(relay, MESSAGE));
    assert.deepEqual(
      given.map(({ data }) => (JSON.parse(data === '[DONE]' ? '{}' : data) as { id?: string }).id),
      [`msg_1_${DECISION}`, `msg_1_${DECISION}`, `msg_1_${DECISION}`, undefined],
    );
    assert.ok(given.every(({ data }) => data === '[DONE]' || data.includes('"model":"openai/gpt-5-mini"')));
    assert.equal(relay.facts().usage?.prompt, 2125);
    assert.match(sent(translated(), MESSAGE), /"prompt_tokens":1117/);
  });

  test('has not started before anything is given', () => {
    const relay = translated();
    relay.push(Buffer.from(MESSAGE.slice(0, MESSAGE.indexOf('event: ping'))));
    assert.equal(relay.started(), false);
  });

  test('ends a stream that broke off with an error, and not as if it had ended', () => {
    const given = sent(translated(), MESSAGE.slice(0, MESSAGE.indexOf('event: message_delta')));
    assert.doesNotMatch(given, /DONE|"stop"/);
    assert.match(given, /data: \{"error":\{"message":"The provider broke off its answer"/);
  });

  test('tells of an error that the translation makes nothing of', () => {
    const error = { type: 'overloaded_error', message: 'Overloaded' };
    const relay = translated();
    const given = sent(relay, `event: error\ndata: ${JSON.stringify({ type: 'error', error })}\n\n`);
    assert.deepEqual(
      eventsOf(given).map(({ value }) => value),
      [{ error: { message: 'Overloaded', type: 'server_error', param: null, code: 'overloaded_error' } }],
    );
    assert.deepEqual(relay.facts().error, error);
  });

  test('tells of what could not be translated', () => {
    const relay = translated({ translation: toChat(true) });
    assert.match(sent(relay, MESSAGE), /could not be translated: no such block/);
    assert.equal(relay.over(), true);
    assert.match(relay.facts().error!.message, /could not be translated/);
  });
});

test('a chat is relayed to its end where [DONE] comes without a blank line', () => {
  assert.ok(sent(relayOf('chat'), CHAT.trimEnd()).endsWith(DONE));
});
