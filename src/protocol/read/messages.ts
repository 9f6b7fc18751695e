import { z } from 'zod';
import { isObject } from '../../base/object.js';
import { MOST } from '../../schema/amounts.js';
import { parse } from '../../schema/parse.js';
import type { Call, JsonObject } from '../types.js';
import { contentText, joinText, partText } from './content.js';
import { CallDraft } from './draft.js';
import * as field from './field.js';
import { sessionOfUser } from './session.js';
import { toolLoopOf, type Step } from './tool-loop.js';

const Format = z.looseObject({ type: field.ShortText, schema: z.looseObject({}).nullish() }).nullish();

/** Body of `POST /v1/messages`, as far as it is read here; messages are checked as they are read. */
export const MessagesBody = z
  .looseObject({
    ...field.common,
    stream: field.Stream,
    system: z.unknown().optional().describe('A text, or a list of blocks'),
    messages: z.array(z.unknown()).min(1).max(field.MAX_ITEMS),
    tools: field.Tools,
    max_tokens: z.int().min(1).max(MOST.tokens),
    output_config: z.looseObject({ format: Format }).nullish(),
    output_format: Format,
    metadata: z.looseObject({ user_id: field.ShortText.nullish() }).nullish(),
  })
  .meta({ id: 'MessagesCall', description: 'A message, as Anthropic’s protocol has it' });

/** Body of `POST /v1/messages/count_tokens`: a message that need not say how long its answer may be. */
export const CountTokensBody = MessagesBody.partial({ max_tokens: true }).meta({
  id: 'CountTokensCall',
  description: 'A message whose tokens are counted, as Anthropic’s protocol has it',
});

/** Reads the blocks of one message; results of tools are messages of their own, before what is said beside them. */
function readBlocks(draft: CallDraft, at: string, role: string, blocks: readonly unknown[]): void {
  let text = '';
  let hasResults = false;
  for (let i = 0; i < blocks.length; i++) {
    const here = `${at}[${i}]`;
    const block = field.objectAt(here, blocks[i]);
    switch (block['type']) {
      case 'tool_result':
        hasResults = true;
        draft.needs.tools = true;
        draft.add('tool', contentText(draft, `${here}.content`, block['content']));
        break;
      case 'tool_use':
        draft.needs.tools = true;
        draft.text(field.nameAt(`${here}.name`, block['name']));
        draft.json(block['input']);
        break;
      case 'thinking':
        // What was thought is read again, and is no text of the answer.
        if (typeof block['thinking'] === 'string') draft.text(block['thinking']);
        break;
      default:
        text = joinText(text, partText(draft, here, block));
    }
  }
  if (text !== '' || !hasResults) draft.add(role, text);
}

function readMessages(draft: CallDraft, messages: readonly unknown[]): void {
  const last = messages.length - 1;
  for (let i = 0; i <= last; i++) {
    const at = `messages[${i}]`;
    const message = field.objectAt(at, messages[i]);
    const role = field.nameAt(`${at}.role`, message['role']);
    const { content } = message;
    if (Array.isArray(content)) readBlocks(draft, `${at}.content`, role, field.partsAt(`${at}.content`, content));
    else draft.add(role, contentText(draft, `${at}.content`, content));
    // The last message is none that an LLM gave before: it is to be gone on with.
    if (role === 'assistant' && i < last) draft.continues = true;
  }
}

const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Steps of the conversation, from its end backwards. What stands beside results is an agent's, and not said. */
function* stepsOf(messages: readonly unknown[]): Generator<Step> {
  for (let i = messages.length - 1; i >= 0; i--) {
    const { role, content } = messages[i] as JsonObject;
    const blocks: readonly JsonObject[] = Array.isArray(content) ? content.toReversed() : [];
    let hasResults = false;
    for (const block of blocks)
      if (role === 'user' && block['type'] === 'tool_result') {
        hasResults = true;
        yield { kind: 'result', id: stringOf(block['tool_use_id']), failed: block['is_error'] === true };
      } else if (role === 'assistant' && block['type'] === 'tool_use')
        yield {
          kind: 'call',
          id: stringOf(block['id']),
          name: stringOf(block['name']),
          arguments: JSON.stringify(block['input'] ?? {}),
        };
    if (role === 'user' && !hasResults) yield { kind: 'said' };
  }
}

/** Names of what may be called; the type of what Anthropic has built in, where it has no name. */
function namesOf(tools: readonly JsonObject[]): string[] {
  return tools.map(({ name, type }, i) =>
    name === undefined ? stringOf(type) : field.nameAt(`tools[${i}].name`, name),
  );
}

/** Reads a message call. Throws `invalid_request` naming the field. */
export function readMessagesCall(value: unknown): Call {
  const body = parse(MessagesBody, value);
  const draft = new CallDraft();
  if (typeof body.system === 'string') draft.add('system', contentText(draft, 'system', body.system));
  // A block each, so that the first of Claude Code's, which differs each time, is one of its own.
  else if (Array.isArray(body.system))
    field
      .partsAt('system', body.system)
      .forEach((block, i) => draft.add('system', partText(draft, `system[${i}]`, block)));
  else if (body.system !== undefined && body.system !== null)
    field.refuse('system', 'a string or a list of blocks', body.system);
  readMessages(draft, body.messages);
  const tools = body.tools ?? [];
  const format = body.output_config?.format ?? body.output_format;
  const answerSchema = format?.type === 'json_schema' ? (format.schema ?? 'any') : null;
  draft.needs.json = answerSchema !== null;
  const facts = draft.facts(tools, namesOf(tools));
  return {
    api: 'messages',
    model: body.model,
    stream: body.stream === true,
    wantsUsage: true,
    maxOutputTokens: field.limitOf(body.max_tokens),
    answerSchema,
    toolLoop: toolLoopOf(stepsOf(body.messages)),
    session: sessionOfUser(body.metadata?.user_id, facts.opening),
    previousAnswer: null,
    metadata: isObject(body.metadata) ? body.metadata : null,
    own: body.pointsman,
    ...facts,
  };
}

/** About how many tokens a message has. Throws `invalid_request` naming the field. */
export const countTokens = (value: unknown): number =>
  readMessagesCall({ max_tokens: 1, ...parse(CountTokensBody, value) }).promptTokens;
