import type { Finish, JsonObject } from '../../src/protocol/types.js';
import { contentText, isObject, numberIn, objectsIn, required, textIn, tokensOf } from './read.js';
import { argumentPieces } from './reply.js';
import type { Asked, Form, Frame, Reply } from './types.js';

const FINISH: Readonly<Record<Finish, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  refusal: 'refusal',
  content_filter: 'refusal',
  other: 'end_turn',
};
const THOUGHT = 'What is asked is plain.';

function toolChoiceOf(choice: unknown): Asked['toolChoice'] {
  if (!isObject(choice)) return 'auto';
  const { type, name } = choice;
  if (type === 'tool') return { name: textIn(name) };
  return type === 'any' || type === 'none' ? type : 'auto';
}

function schemaOf(config: unknown): JsonObject | null {
  const format = isObject(config) ? config['format'] : undefined;
  return isObject(format) && isObject(format['schema']) ? format['schema'] : null;
}

/** Tokens of a body of messages, as `count_tokens` answers them. */
export function promptTokensOf(body: JsonObject): number {
  const texts = objectsIn(body['messages']).map(({ content }) => contentText(content));
  return tokensOf([contentText(body['system']), ...texts].join('\n')) + tokensOf(body['tools']);
}

function read(body: JsonObject): Asked {
  required(body, 'model', 'max_tokens', 'messages');
  const messages = objectsIn(body['messages']);
  const last = objectsIn(messages.at(-1)?.['content']);
  const asked = messages.findLast(({ role, content }) => role === 'user' && contentText(content) !== '');
  const { thinking } = body;
  return {
    model: textIn(body['model']),
    stream: body['stream'] === true,
    system: contentText(body['system']),
    query: contentText(asked?.['content']),
    tools: objectsIn(body['tools'])
      .filter((tool) => isObject(tool['input_schema']))
      .map((tool) => ({ name: textIn(tool['name']), parameters: tool['input_schema'] as JsonObject })),
    toolChoice: toolChoiceOf(body['tool_choice']),
    toolResults: last.filter(({ type }) => type === 'tool_result').map(({ content }) => contentText(content)),
    schema: schemaOf(body['output_config']) ?? schemaOf({ format: body['output_format'] }),
    maxTokens: numberIn(body['max_tokens']),
    promptTokens: promptTokensOf(body),
    wantsUsage: true,
    wantsLogprobs: false,
    wantsThinking: isObject(thinking) && (thinking['type'] === 'enabled' || thinking['type'] === 'adaptive'),
  };
}

const usageOf = ({ usage }: Reply, written: number): JsonObject => ({
  input_tokens: usage.prompt - usage.cached - usage.cacheWritten,
  cache_creation_input_tokens: usage.cacheWritten,
  cache_read_input_tokens: usage.cached,
  cache_creation: { ephemeral_5m_input_tokens: usage.cacheWritten, ephemeral_1h_input_tokens: 0 },
  output_tokens: written,
  service_tier: 'standard',
});

const messageOf = ({ model }: Asked, { id }: Reply, fields: JsonObject): JsonObject => ({
  id: `msg_${id}`,
  type: 'message',
  role: 'assistant',
  model,
  ...fields,
});

function answer(asked: Asked, reply: Reply): JsonObject {
  const text = [...reply.pieces()].join('') + reply.refusal;
  return messageOf(asked, reply, {
    content: [
      ...(asked.wantsThinking ? [{ type: 'thinking', thinking: THOUGHT, signature: 'c2lnbmVk' }] : []),
      ...(text === '' ? [] : [{ type: 'text', text, citations: null }]),
      ...reply.toolCalls.map(({ id, name, arguments: json }) => ({
        type: 'tool_use',
        id: `toolu_${id}`,
        name,
        input: JSON.parse(json) as unknown,
      })),
    ],
    stop_reason: FINISH[reply.finish],
    stop_sequence: null,
    usage: usageOf(reply, reply.usage.completion),
  });
}

function* frames(asked: Asked, reply: Reply): Generator<Frame> {
  const event = (type: string, fields: JsonObject, kind: Frame['kind'] = 'frame'): Frame => ({
    kind,
    text: `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`,
  });
  let index = -1;
  const start = (block: JsonObject): Frame => event('content_block_start', { index: ++index, content_block: block });
  const delta = (change: JsonObject): Frame => event('content_block_delta', { index, delta: change }, 'piece');
  const stop = (): Frame => event('content_block_stop', { index });
  const begun = { content: [], stop_reason: null, stop_sequence: null, usage: usageOf(reply, 1) };
  yield event('message_start', { message: messageOf(asked, reply, begun) });
  yield event('ping', {});
  if (asked.wantsThinking) {
    yield start({ type: 'thinking', thinking: '', signature: '' });
    yield delta({ type: 'thinking_delta', thinking: THOUGHT });
    yield delta({ type: 'signature_delta', signature: 'c2lnbmVk' });
    yield stop();
  }
  if (reply.toolCalls.length === 0) {
    yield start({ type: 'text', text: '' });
    for (const piece of reply.refusal === '' ? reply.pieces() : [reply.refusal])
      yield delta({ type: 'text_delta', text: piece });
    yield stop();
  }
  for (const call of reply.toolCalls) {
    yield start({ type: 'tool_use', id: `toolu_${call.id}`, name: call.name, input: {} });
    for (const piece of argumentPieces(call)) yield delta({ type: 'input_json_delta', partial_json: piece });
    yield stop();
  }
  const ended = { stop_reason: FINISH[reply.finish], stop_sequence: null };
  yield event('message_delta', { delta: ended, usage: usageOf(reply, reply.usage.completion) }, 'end');
  yield event('message_stop', {}, 'end');
}

/** Anthropic's messages. */
export const messages: Form = { api: 'messages', read, answer, frames };
