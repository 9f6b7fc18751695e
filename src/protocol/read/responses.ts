import { z } from 'zod';
import { isObject } from '../../base/object.js';
import { parse } from '../../schema/parse.js';
import type { Call, JsonObject } from '../types.js';
import { contentText } from './content.js';
import { CallDraft } from './draft.js';
import * as field from './field.js';
import { sessionOfCacheKey } from './session.js';
import { saysFailed, toolLoopOf, type Step } from './tool-loop.js';

/** Body of `POST /v1/responses`, as far as it is read here; items are checked as they are read. */
export const ResponsesBody = z
  .looseObject({
    ...field.common,
    stream: field.Stream,
    input: z.unknown().optional().describe('A text, or a list of items'),
    instructions: z.string().max(10_000_000).nullish(),
    tools: field.Tools,
    text: z
      .looseObject({
        format: z.looseObject({ type: field.ShortText, schema: z.looseObject({}).nullish() }).nullish(),
      })
      .nullish(),
    max_output_tokens: field.MaxTokens,
    previous_response_id: field.ShortText.nullish(),
    conversation: z.union([field.ShortText, z.looseObject({ id: field.ShortText })]).nullish(),
    prompt_cache_key: field.ShortText.nullish(),
  })
  .meta({ id: 'ResponsesCall', description: 'A response, as OpenAI’s protocol has it' });

/** Calls of tools that the provider runs itself: nobody sends results of them. */
const PROVIDER_CALLS = new Set([
  'web_search_call',
  'file_search_call',
  'code_interpreter_call',
  'image_generation_call',
  'mcp_call',
  'tool_search_call',
]);
/** What an LLM gave beside messages and calls. */
const ANSWERS = new Set(['reasoning', 'item_reference', 'compaction', 'mcp_list_tools', 'mcp_approval_request']);

const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const typeOf = (item: JsonObject): string => stringOf(item['type']) || 'message';
const isResult = (type: string): boolean => type.endsWith('_call_output');
const isCall = (type: string): boolean => type.endsWith('_call') && !PROVIDER_CALLS.has(type);

/** The text of what a tool gave: a text, parts, or an object of the tool's own. */
function outputText(draft: CallDraft, at: string, output: unknown): string {
  return isObject(output) ? draft.text(JSON.stringify(output)) : contentText(draft, at, output);
}

function readItem(draft: CallDraft, at: string, value: unknown, isLast: boolean): void {
  const item = field.objectAt(at, value);
  const type = item['type'] === undefined ? 'message' : field.nameAt(`${at}.type`, item['type']);
  if (type === 'message') {
    const role = field.nameAt(`${at}.role`, item['role']);
    const content = contentText(draft, `${at}.content`, item['content']);
    if (role !== 'assistant') draft.add(role, content);
    else {
      draft.answered(content);
      // The last message is none that an LLM gave before: it is to be gone on with.
      if (!isLast) draft.continues = true;
    }
  } else if (isResult(type)) {
    draft.needs.tools = true;
    draft.continues = true;
    draft.add('tool', outputText(draft, `${at}.output`, item['output']));
  } else {
    draft.json(item);
    if (type.endsWith('_call')) draft.needs.tools = true;
    if (!type.endsWith('_call') && !ANSWERS.has(type)) return;
    draft.continues = true;
    draft.answered('');
  }
}

/** Text of the items of `readItem` that are results, by the item: results are looked into only at the end of a loop. */
function resultFailed(item: JsonObject): boolean {
  const { output } = item;
  if (typeof output === 'string') return saysFailed(output);
  if (isObject(output)) return saysFailed(JSON.stringify(output));
  const texts = Array.isArray(output) ? output.map((part) => (isObject(part) ? stringOf(part['text']) : '')) : [];
  return texts.some(saysFailed);
}

/** Steps of the conversation, from its end backwards. */
function* stepsOf(items: readonly unknown[]): Generator<Step> {
  for (let i = items.length - 1; i >= 0; i--) {
    const item = items[i] as JsonObject;
    const type = typeOf(item);
    const id = stringOf(item['call_id']);
    if (isResult(type)) yield { kind: 'result', id, failed: () => resultFailed(item) };
    else if (isCall(type)) {
      const given = item['arguments'] ?? item['input'] ?? item['action'] ?? item['operation'];
      yield {
        kind: 'call',
        id,
        name: stringOf(item['name']) || type,
        arguments: typeof given === 'string' ? given : JSON.stringify(given ?? {}),
      };
    } else if (type === 'message' && item['role'] === 'user') yield { kind: 'said' };
  }
}

/** Names of what may be called: those of a namespace, too; the type of what the provider has built in. */
function namesOf(tools: readonly JsonObject[], at = 'tools'): string[] {
  return tools.flatMap((tool, i) => {
    const { type, name, tools: inner } = tool;
    if (Array.isArray(inner)) return namesOf(inner.filter(isObject), `${at}[${i}].tools`);
    return [name === undefined ? stringOf(type) : field.nameAt(`${at}[${i}].name`, name)];
  });
}

/** Reads a call of responses. Throws `invalid_request` naming the field. */
export function readResponses(value: unknown): Call {
  const body = parse(ResponsesBody, value);
  const draft = new CallDraft();
  if (typeof body.instructions === 'string') draft.add('system', draft.text(body.instructions));
  const { input } = body;
  let items: readonly unknown[] = [];
  if (typeof input === 'string') draft.add('user', draft.text(field.textAt('input', input)));
  else if (Array.isArray(input)) {
    items = field.partsAt('input', input, field.MAX_ITEMS);
    for (let i = 0; i < items.length; i++) readItem(draft, `input[${i}]`, items[i], i === items.length - 1);
  } else if (input !== undefined && input !== null) field.refuse('input', 'a string or a list of items', input);
  const tools = body.tools ?? [];
  const format = body.text?.format;
  const answerSchema =
    format?.type === 'json_object' ? 'any' : format?.type === 'json_schema' ? (format.schema ?? 'any') : null;
  draft.needs.json = answerSchema !== null;
  const previousAnswer = body.previous_response_id ?? null;
  if (previousAnswer !== null) draft.continues = true;
  const facts = draft.facts(tools, namesOf(tools));
  const conversation = typeof body.conversation === 'string' ? body.conversation : body.conversation?.id;
  return {
    api: 'responses',
    model: body.model,
    stream: body.stream === true,
    wantsUsage: true,
    maxOutputTokens: field.limitOf(body.max_output_tokens),
    answerSchema,
    toolLoop: toolLoopOf(stepsOf(items)),
    session: conversation ?? sessionOfCacheKey(body.prompt_cache_key, facts.opening),
    previousAnswer,
    metadata: body.metadata ?? null,
    own: body.pointsman,
    ...facts,
  };
}
