import type { Finish, JsonObject } from '../../src/protocol/types.js';
import { contentText, isObject, numberIn, objectsIn, required, textIn, tokensOf } from './read.js';
import { argumentPieces } from './reply.js';
import { Refusal, type Asked, type Form, type Frame, type Reply } from './types.js';

const FINISH: Readonly<Record<Finish, string>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  refusal: 'stop',
  content_filter: 'content_filter',
  other: 'stop',
};

function toolChoiceOf(choice: unknown): Asked['toolChoice'] {
  if (choice === 'none' || choice === 'auto') return choice;
  if (choice === 'required') return 'any';
  return isObject(choice) && isObject(choice['function']) ? { name: textIn(choice['function']['name']) } : 'auto';
}

function schemaOf(format: unknown): JsonObject | null {
  if (!isObject(format)) return null;
  if (format['type'] === 'json_object') return { type: 'object', properties: { answer: { type: 'string' } } };
  const { json_schema: json } = format;
  return isObject(json) && isObject(json['schema']) ? json['schema'] : null;
}

function read(body: JsonObject): Asked {
  required(body, 'model', 'messages');
  if (!Array.isArray(body['messages']) || body['messages'].length === 0)
    throw new Refusal(400, "Invalid 'messages': empty array. Expected an array with minimum length 1.", {
      code: 'empty_array',
      param: 'messages',
    });
  const temperature = numberIn(body['temperature']) ?? 1;
  if (temperature < 0 || temperature > 2)
    throw new Refusal(400, `Invalid 'temperature': expected a value from 0 to 2, but got ${temperature} instead.`, {
      code: 'decimal_out_of_range',
      param: 'temperature',
    });
  const messages = objectsIn(body['messages']);
  const isSystem = ({ role }: JsonObject): boolean => role === 'system' || role === 'developer';
  const results = messages.slice(messages.findLastIndex(({ role }) => role !== 'tool') + 1);
  const options = body['stream_options'];
  return {
    model: textIn(body['model']),
    stream: body['stream'] === true,
    system: messages
      .filter(isSystem)
      .map(({ content }) => contentText(content))
      .join('\n'),
    query: contentText(messages.findLast(({ role }) => role === 'user')?.['content']),
    tools: objectsIn(body['tools']).flatMap(({ function: fn }) =>
      isObject(fn)
        ? [{ name: textIn(fn['name']), parameters: isObject(fn['parameters']) ? fn['parameters'] : {} }]
        : [],
    ),
    toolChoice: toolChoiceOf(body['tool_choice']),
    toolResults: results.map(({ content }) => contentText(content)),
    schema: schemaOf(body['response_format']),
    maxTokens: numberIn(body['max_completion_tokens']) ?? numberIn(body['max_tokens']),
    promptTokens: tokensOf(messages.map(({ content }) => contentText(content)).join('\n')) + tokensOf(body['tools']),
    wantsUsage: isObject(options) && options['include_usage'] === true,
    wantsLogprobs: body['logprobs'] === true,
    wantsThinking: false,
  };
}

const usageOf = ({ usage }: Reply): JsonObject => ({
  prompt_tokens: usage.prompt,
  completion_tokens: usage.completion,
  total_tokens: usage.prompt + usage.completion,
  prompt_tokens_details: { cached_tokens: usage.cached, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: usage.reasoning,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
});

/** Invented: the same for the same piece. */
const logprobOf = (token: string): JsonObject => ({
  token,
  logprob: -((token.length % 7) + 1) / 10,
  bytes: [...Buffer.from(token)],
  top_logprobs: [],
});
const logprobsOf = ({ wantsLogprobs }: Asked, pieces: readonly string[]): JsonObject | null =>
  wantsLogprobs ? { content: pieces.map(logprobOf), refusal: null } : null;

const headOf = ({ model }: Asked, { id, created }: Reply, object: string): JsonObject => ({
  id: `chatcmpl-${id}`,
  object,
  created,
  model,
  service_tier: 'default',
  system_fingerprint: 'fp_local',
});

function answer(asked: Asked, reply: Reply): JsonObject {
  const pieces = [...reply.pieces()];
  return {
    ...headOf(asked, reply, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: pieces.length === 0 ? null : pieces.join(''),
          refusal: reply.refusal === '' ? null : reply.refusal,
          annotations: [],
          ...(reply.toolCalls.length > 0 && {
            tool_calls: reply.toolCalls.map(({ id, name, arguments: json }) => ({
              id: `call_${id}`,
              type: 'function',
              function: { name, arguments: json },
            })),
          }),
        },
        logprobs: logprobsOf(asked, pieces),
        finish_reason: FINISH[reply.finish],
      },
    ],
    usage: usageOf(reply),
  };
}

function* frames(asked: Asked, reply: Reply): Generator<Frame> {
  const head = headOf(asked, reply, 'chat.completion.chunk');
  const none = asked.wantsUsage ? { usage: null } : {};
  const chunk = (
    kind: Frame['kind'],
    delta: JsonObject,
    pieces: string[] = [],
    finish: string | null = null,
  ): Frame => {
    const choice = { index: 0, delta, logprobs: logprobsOf(asked, pieces), finish_reason: finish };
    return { kind, text: `data: ${JSON.stringify({ ...head, choices: [choice], ...none })}\n\n` };
  };
  yield chunk('frame', { role: 'assistant', content: reply.toolCalls.length > 0 ? null : '', refusal: null });
  for (const piece of reply.pieces()) yield chunk('piece', { content: piece }, [piece]);
  if (reply.refusal !== '') yield chunk('piece', { refusal: reply.refusal });
  for (const [index, call] of reply.toolCalls.entries()) {
    const fn = { name: call.name, arguments: '' };
    yield chunk('frame', { tool_calls: [{ index, id: `call_${call.id}`, type: 'function', function: fn }] });
    for (const piece of argumentPieces(call))
      yield chunk('piece', { tool_calls: [{ index, function: { arguments: piece } }] });
  }
  yield chunk('end', {}, [], FINISH[reply.finish]);
  if (asked.wantsUsage)
    yield { kind: 'end', text: `data: ${JSON.stringify({ ...head, choices: [], usage: usageOf(reply) })}\n\n` };
  yield { kind: 'end', text: 'data: [DONE]\n\n' };
}

/** OpenAI's chat completions. */
export const chat: Form = { api: 'chat', read, answer, frames };
