import type { JsonObject } from '../../src/protocol/types.js';
import { contentText, isObject, numberIn, objectsIn, required, textIn, tokensOf } from './read.js';
import { argumentPieces } from './reply.js';
import type { Asked, Form, Frame, Reply, ReplyTool } from './types.js';

function toolChoiceOf(choice: unknown): Asked['toolChoice'] {
  if (choice === 'none' || choice === 'auto') return choice;
  if (choice === 'required') return 'any';
  return isObject(choice) && typeof choice['name'] === 'string' ? { name: choice['name'] } : 'auto';
}

function schemaOf(text: unknown): JsonObject | null {
  const format = isObject(text) ? text['format'] : undefined;
  if (!isObject(format)) return null;
  if (format['type'] === 'json_object') return { type: 'object', properties: { answer: { type: 'string' } } };
  return isObject(format['schema']) ? format['schema'] : null;
}

function read(body: JsonObject): Asked {
  required(body, 'model', 'input');
  const { input } = body;
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : objectsIn(input);
  const isResult = ({ type }: JsonObject): boolean => type === 'function_call_output';
  const results = items.slice(items.findLastIndex((item) => !isResult(item)) + 1);
  const written = items.map((item) => contentText(item['content']) + contentText(item['output'])).join('\n');
  return {
    model: textIn(body['model']),
    stream: body['stream'] === true,
    system: textIn(body['instructions']),
    query: contentText(items.findLast(({ role }) => role === 'user')?.['content']),
    tools: objectsIn(body['tools'])
      .filter(({ type }) => type === 'function')
      .map(({ name, parameters }) => ({ name: textIn(name), parameters: isObject(parameters) ? parameters : {} })),
    toolChoice: toolChoiceOf(body['tool_choice']),
    toolResults: results.map(({ output }) => contentText(output)),
    schema: schemaOf(body['text']),
    maxTokens: numberIn(body['max_output_tokens']),
    promptTokens: tokensOf(written) + tokensOf(body['instructions']) + tokensOf(body['tools']),
    wantsUsage: true,
    wantsLogprobs: false,
    wantsThinking: false,
  };
}

const usageOf = ({ usage }: Reply): JsonObject => ({
  input_tokens: usage.prompt,
  input_tokens_details: { cached_tokens: usage.cached },
  output_tokens: usage.completion,
  output_tokens_details: { reasoning_tokens: usage.reasoning },
  total_tokens: usage.prompt + usage.completion,
});

function responseOf({ model }: Asked, reply: Reply, output: readonly JsonObject[], whole: boolean): JsonObject {
  const isCut = whole && reply.finish === 'length';
  return {
    id: `resp_${reply.id}`,
    object: 'response',
    created_at: reply.created,
    status: isCut ? 'incomplete' : whole ? 'completed' : 'in_progress',
    error: null,
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    instructions: null,
    metadata: {},
    model,
    output,
    parallel_tool_calls: true,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage: whole ? usageOf(reply) : null,
  };
}

const textPart = (text: string): JsonObject => ({ type: 'output_text', text, annotations: [], logprobs: [] });
const messageOf = ({ id }: Reply, status: string, content: readonly JsonObject[]): JsonObject => ({
  id: `msg_${id}`,
  type: 'message',
  status,
  role: 'assistant',
  content,
});
const callOf = ({ id, name }: ReplyTool, status: string, json: string): JsonObject => ({
  id: `fc_${id}`,
  type: 'function_call',
  status,
  call_id: `call_${id}`,
  name,
  arguments: json,
});

function outputOf(reply: Reply, text: string): JsonObject[] {
  const calls = reply.toolCalls.map((call) => callOf(call, 'completed', call.arguments));
  const part = reply.refusal === '' ? textPart(text) : { type: 'refusal', refusal: reply.refusal };
  return calls.length > 0 ? calls : [messageOf(reply, 'completed', [part])];
}

const answer = (asked: Asked, reply: Reply): JsonObject =>
  responseOf(asked, reply, outputOf(reply, [...reply.pieces()].join('')), true);

function* frames(asked: Asked, reply: Reply): Generator<Frame> {
  let number = 0;
  const event = (type: string, fields: JsonObject, kind: Frame['kind'] = 'frame'): Frame => ({
    kind,
    text: `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number++, ...fields })}\n\n`,
  });
  const begun = responseOf(asked, reply, [], false);
  yield event('response.created', { response: begun });
  yield event('response.in_progress', { response: begun });
  let text = '';
  if (reply.toolCalls.length === 0) {
    const at = { item_id: `msg_${reply.id}`, output_index: 0, content_index: 0 };
    const isRefused = reply.refusal !== '';
    const kind = isRefused ? 'refusal' : 'output_text';
    yield event('response.output_item.added', { output_index: 0, item: messageOf(reply, 'in_progress', []) });
    const empty = isRefused ? { type: 'refusal', refusal: '' } : textPart('');
    yield event('response.content_part.added', { ...at, part: empty });
    for (const piece of isRefused ? [reply.refusal] : reply.pieces()) {
      text += piece;
      yield event(`response.${kind}.delta`, { ...at, delta: piece, ...(!isRefused && { logprobs: [] }) }, 'piece');
    }
    const part = isRefused ? { type: 'refusal', refusal: text } : textPart(text);
    yield event(`response.${kind}.done`, isRefused ? { ...at, refusal: text } : { ...at, text, logprobs: [] });
    yield event('response.content_part.done', { ...at, part });
    yield event('response.output_item.done', { output_index: 0, item: messageOf(reply, 'completed', [part]) });
  }
  for (const [i, call] of reply.toolCalls.entries()) {
    const at = { item_id: `fc_${call.id}`, output_index: i };
    yield event('response.output_item.added', { output_index: i, item: callOf(call, 'in_progress', '') });
    for (const piece of argumentPieces(call))
      yield event('response.function_call_arguments.delta', { ...at, delta: piece }, 'piece');
    const done = { ...at, name: call.name, arguments: call.arguments };
    yield event('response.function_call_arguments.done', done);
    yield event('response.output_item.done', { output_index: i, item: callOf(call, 'completed', call.arguments) });
  }
  const type = reply.finish === 'length' ? 'response.incomplete' : 'response.completed';
  yield event(type, { response: responseOf(asked, reply, outputOf(reply, text), true) }, 'end');
}

/** OpenAI's responses. */
export const responses: Form = { api: 'responses', read, answer, frames };
