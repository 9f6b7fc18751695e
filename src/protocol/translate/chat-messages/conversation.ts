import type { JsonObject } from '../../types.js';
import { inputOf, listAt, listOf, objectAt, objectOf, refused, textAt, textOf } from '../json.js';
import { blocksOf } from './content.js';

/** A conversation in Anthropic's form. */
export interface Conversation {
  system: JsonObject[];
  messages: { role: 'user' | 'assistant'; content: JsonObject[] }[];
  /** Names of tools that were called. */
  called: ReadonlySet<string>;
}

/** Anthropic takes letters, digits, `_` and `-` in ids of calls; others become `_`, in call and result alike. */
const callId = (id: string): string => id.replace(/[^\w-]/g, '_');

/** What the user says where a conversation begins with an answer, as Anthropic wants it to begin with the user. */
const OPENING = '(The conversation begins.)';

function callBlock(value: unknown, field: string): JsonObject {
  const call = objectAt(field, value);
  if (call['type'] !== undefined && call['type'] !== 'function')
    throw refused(`${field}.type`, 'function, as the provider knows no other calls', call['type']);
  const made = objectAt(`${field}.function`, call['function']);
  return {
    type: 'tool_use',
    id: callId(textAt(`${field}.id`, call['id'])),
    name: textAt(`${field}.function.name`, made['name']),
    input: inputOf(textOf(made['arguments'])),
  };
}

function answerBlocks(message: JsonObject, field: string): JsonObject[] {
  if (message['function_call']) throw refused(`${field}.function_call`, 'tool_calls instead', message['function_call']);
  const said = blocksOf(message['content'], `${field}.content`);
  const refusal = blocksOf(textOf(message['refusal']), `${field}.refusal`);
  const calls = listAt(`${field}.tool_calls`, message['tool_calls']);
  return [...said, ...refusal, ...calls.map((call, i) => callBlock(call, `${field}.tool_calls[${i}]`))];
}

function resultBlock(message: JsonObject, field: string): JsonObject {
  const id = callId(textAt(`${field}.tool_call_id`, message['tool_call_id']));
  const content = message['content'];
  const told = typeof content === 'string' ? content : blocksOf(content, `${field}.content`);
  return { type: 'tool_result', tool_use_id: id, content: told };
}

/** Anthropic refuses an answer to go on from that ends in white space. */
function trimEnd(messages: Conversation['messages']): void {
  const last = messages.at(-1);
  const block = last?.role === 'assistant' ? last.content.at(-1) : undefined;
  if (last === undefined || block?.['type'] !== 'text') return;
  const text = textOf(block['text']).trimEnd();
  last.content.splice(-1, 1, ...(text === '' ? [] : [{ ...block, text }]));
  if (last.content.length === 0) messages.pop();
}

/**
 * The messages of chat in Anthropic's form: those of system and developer together before all others, results of tools
 * as the user's, neighbours of one role as one message. Where nobody but the system speaks, its text is the user's.
 */
export function conversationOf(value: unknown): Conversation {
  const system: JsonObject[] = [];
  const messages: Conversation['messages'] = [];
  const called = new Set<string>();
  const add = (role: 'user' | 'assistant', content: JsonObject[]): void => {
    const last = messages.at(-1);
    if (content.length === 0) return;
    if (last?.role === role) last.content.push(...content);
    else messages.push({ role, content });
  };
  for (const [i, one] of listAt('messages', value).entries()) {
    const field = `messages[${i}]`;
    const message = objectAt(field, one);
    switch (message['role']) {
      case 'system':
      case 'developer':
        system.push(...blocksOf(message['content'], `${field}.content`));
        break;
      case 'user':
        add('user', blocksOf(message['content'], `${field}.content`));
        break;
      case 'assistant':
        for (const call of listOf(message['tool_calls']))
          called.add(textOf(objectOf(objectOf(call)['function'])['name']));
        add('assistant', answerBlocks(message, field));
        break;
      case 'tool':
        add('user', [resultBlock(message, field)]);
        break;
      default:
        throw refused(`${field}.role`, 'system, developer, user, assistant or tool', message['role']);
    }
  }
  trimEnd(messages);
  if (messages.length === 0 && system.length === 0) throw refused('messages', 'a message that is not empty', value);
  if (messages.length === 0) return { system: [], messages: [{ role: 'user', content: system }], called };
  if (messages[0]?.role === 'assistant') messages.unshift({ role: 'user', content: [{ type: 'text', text: OPENING }] });
  return { system, messages, called };
}
