import type { Clock } from '../../../base/clock.js';
import { isObject } from '../../../base/object.js';
import type { JsonObject } from '../../types.js';
import { finishOf } from '../finish.js';
import { listOf, objectOf, textOf } from '../json.js';
import { chatUsage, usageOfMessages } from '../usage.js';

/** What Anthropic says of why it refused. */
export const refusalOf = (details: unknown): string | null => textOf(objectOf(details)['explanation']) || null;

/** One of Anthropic's messages as a chat completion. Thinking is dropped: no field of chat's form is made for it. */
export function chatAnswer(body: JsonObject, clock: Clock): JsonObject {
  const blocks = listOf(body['content']).map(objectOf);
  const texts = blocks.filter((block) => block['type'] === 'text').map((block) => textOf(block['text']));
  const calls = blocks
    .filter((block) => block['type'] === 'tool_use')
    .map((block) => ({
      id: block['id'],
      type: 'function',
      function: { name: block['name'], arguments: JSON.stringify(block['input'] ?? {}) },
    }));
  const text = texts.join('');
  return {
    id: body['id'],
    object: 'chat.completion',
    created: Math.floor(clock() / 1000),
    model: body['model'],
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text === '' && calls.length > 0 ? null : text,
          refusal: body['stop_reason'] === 'refusal' ? refusalOf(body['stop_details']) : null,
          ...(calls.length > 0 ? { tool_calls: calls } : {}),
        },
        logprobs: null,
        finish_reason: finishOf(body['stop_reason']),
      },
    ],
    ...(isObject(body['usage']) ? { usage: chatUsage(usageOfMessages(body['usage'])) } : {}),
  };
}
