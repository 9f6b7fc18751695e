import assert from 'node:assert/strict';
import { PointsmanError } from '../../../src/base/errors.js';
import { translationOf } from '../../../src/protocol/translate.js';
import type { Api, JsonObject, SseEvent, Translation } from '../../../src/protocol/types.js';

/** Seconds and milliseconds at which every translated answer is made. */
export const NOW_S = 1_760_000_000;
export const clock = (): number => NOW_S * 1000;

export function translation(client: Api, provider: Api): Translation {
  const made = translationOf(client, provider, clock);
  assert.ok(made);
  return made;
}

/** Events as a provider of Anthropic's form sends them. */
export const named = (...events: JsonObject[]): SseEvent[] =>
  events.map((event) => ({ event: String(event['type']), data: JSON.stringify(event) }));

/** Chunks as a provider of chat's form sends them, with the end mark. */
export const chunks = (...events: JsonObject[]): SseEvent[] => [...unfinished(...events), DONE];
export const unfinished = (...events: JsonObject[]): SseEvent[] =>
  events.map((event) => ({ event: undefined, data: JSON.stringify(event) }));
export const DONE: SseEvent = { event: undefined, data: '[DONE]' };

export function play(client: Api, provider: Api, events: readonly SseEvent[]): SseEvent[] {
  const stream = translation(client, provider).stream();
  return [...events.flatMap((event) => stream.event(event)), ...stream.end()];
}

/** The same, parsed; the end mark of chat is left out. */
export const played = (client: Api, provider: Api, events: readonly SseEvent[]): JsonObject[] =>
  play(client, provider, events)
    .filter(({ data }) => data !== '[DONE]')
    .map(({ data }) => JSON.parse(data) as JsonObject);

/** A chunk with one choice. */
export const chunk = (delta: JsonObject, finish: string | null = null, more: JsonObject = {}): JsonObject => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_750_000_000,
  model: 'gpt-5-mini',
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  ...more,
});

export const chatUsage = {
  prompt_tokens: 100,
  completion_tokens: 20,
  total_tokens: 120,
  prompt_tokens_details: { cached_tokens: 64, cache_write_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 5 },
};

/** Asserts that a request is refused, and that the error names the field. */
export function refuses(client: Api, provider: Api, body: JsonObject, field: string): void {
  assert.throws(
    () => translation(client, provider).request(body),
    (error: unknown) => {
      assert.ok(error instanceof PointsmanError, String(error));
      assert.equal(error.code, 'invalid_request');
      assert.deepEqual(
        error.issues.map((issue) => issue.field),
        [field],
      );
      assert.ok(error.message.startsWith(`${field}: expected `), error.message);
      return true;
    },
    field,
  );
}
