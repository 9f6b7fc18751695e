import { z } from 'zod';
import { isObject } from '../../base/object.js';
import { parse } from '../../schema/parse.js';
import type { Call, JsonObject } from '../types.js';
import { contentText } from './content.js';
import { CallDraft } from './draft.js';
import * as field from './field.js';
import { sessionOfCacheKey } from './session.js';
import { saysFailed, toolLoopOf, type Step } from './tool-loop.js';

/** Body of `POST /v1/chat/completions`, as far as it is read here; messages are checked as they are read. */
export const ChatBody = z
  .looseObject({
    ...field.common,
    stream: field.Stream,
    stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
    messages: z.array(z.unknown()).min(1).max(field.MAX_ITEMS),
    tools: field.Tools,
    functions: field.Tools,
    response_format: z
      .looseObject({
        type: field.ShortText,
        json_schema: z.looseObject({ schema: z.looseObject({}).nullish() }).nullish(),
      })
      .nullish(),
    max_completion_tokens: field.MaxTokens,
    max_tokens: field.MaxTokens,
    modalities: z.array(field.ShortText).max(100).nullish(),
    prompt_cache_key: field.ShortText.nullish(),
  })
  .meta({ id: 'ChatCall', description: 'A chat completion, as OpenAI’s protocol has it' });

/** Roles of results of tools; `function` is the older one. */
const isResult = (role: unknown): boolean => role === 'tool' || role === 'function';

/** Counts the calls of an answer, and checks what is read of them. */
function readCalls(draft: CallDraft, at: string, message: JsonObject): void {
  const { tool_calls: calls, function_call: legacy } = message;
  if (isObject(legacy)) {
    draft.needs.tools = true;
    draft.json(legacy);
  }
  if (calls === undefined || calls === null) return;
  if (!Array.isArray(calls)) field.refuse(`${at}.tool_calls`, 'a list', calls);
  if (calls.length > 0) draft.needs.tools = true;
  for (let i = 0; i < calls.length; i++) draft.json(field.objectAt(`${at}.tool_calls[${i}]`, calls[i]));
}

function readMessages(draft: CallDraft, messages: readonly unknown[]): void {
  const last = messages.length - 1;
  for (let i = 0; i <= last; i++) {
    const at = `messages[${i}]`;
    const message = field.objectAt(at, messages[i]);
    const role = field.nameAt(`${at}.role`, message['role']);
    const content = contentText(draft, `${at}.content`, message['content']);
    if (isResult(role)) {
      draft.needs.tools = true;
      draft.add('tool', content);
      continue;
    }
    draft.add(role, content);
    if (role !== 'assistant') continue;
    // The last message is none that an LLM gave before: it is to be gone on with.
    if (i < last) draft.continues = true;
    readCalls(draft, at, message);
  }
}

const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function* callSteps(message: JsonObject): Generator<Step> {
  const { tool_calls: calls, function_call: legacy } = message;
  for (const call of Array.isArray(calls) ? (calls.toReversed() as JsonObject[]) : []) {
    const called = call['function'] ?? call['custom'];
    if (!isObject(called)) continue;
    yield {
      kind: 'call',
      id: stringOf(call['id']),
      name: stringOf(called['name']),
      arguments: stringOf(called['arguments'] ?? called['input']),
    };
  }
  if (!isObject(legacy)) return;
  const name = stringOf(legacy['name']);
  yield { kind: 'call', id: name, name, arguments: stringOf(legacy['arguments']) };
}

/** Steps of the conversation, from its end backwards; `texts` are those of its messages. */
function* stepsOf(messages: readonly unknown[], texts: Call['messages']): Generator<Step> {
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i] as JsonObject;
    const { role } = message;
    if (isResult(role))
      yield {
        kind: 'result',
        id: stringOf(message['tool_call_id'] ?? message['name']),
        failed: () => saysFailed(texts[i]!.content),
      };
    else if (role === 'assistant') yield* callSteps(message);
    else if (role === 'user') yield { kind: 'said' };
  }
}

/** Names of what may be called. */
function namesOf(tools: readonly JsonObject[]): string[] {
  return tools.map((tool, i) => {
    const called = tool['function'] ?? tool['custom'] ?? tool;
    const { name } = field.objectAt(`tools[${i}].function`, called);
    return name === undefined ? stringOf(tool['type']) : field.nameAt(`tools[${i}].function.name`, name);
  });
}

function schemaOf(format: z.infer<typeof ChatBody>['response_format']): Call['answerSchema'] {
  if (format?.type === 'json_object') return 'any';
  return format?.type === 'json_schema' ? (format.json_schema?.schema ?? 'any') : null;
}

/** Reads a chat completion. Throws `invalid_request` naming the field. */
export function readChat(value: unknown): Call {
  const body = parse(ChatBody, value);
  const draft = new CallDraft();
  readMessages(draft, body.messages);
  const tools = [...(body.tools ?? []), ...(body.functions ?? [])];
  const answerSchema = schemaOf(body.response_format);
  draft.needs.json = answerSchema !== null;
  if (body.modalities?.includes('audio') === true) draft.needs.audio = true;
  const facts = draft.facts(tools, namesOf(tools));
  const stream = body.stream === true;
  return {
    api: 'chat',
    model: body.model,
    stream,
    wantsUsage: !stream || body.stream_options?.include_usage === true,
    maxOutputTokens: field.limitOf(body.max_completion_tokens, body.max_tokens),
    answerSchema,
    toolLoop: toolLoopOf(stepsOf(body.messages, draft.messages)),
    session: sessionOfCacheKey(body.prompt_cache_key, facts.opening),
    previousAnswer: null,
    metadata: body.metadata ?? null,
    own: body.pointsman,
    ...facts,
  };
}
