import type { JsonObject } from '../../types.js';
import { listAt, objectAt, refused, textAt, textOf } from '../json.js';
import { contentOf, shownMessage } from '../parts.js';
import { partsOf, partsOfBlock, resultOf } from './content.js';

/** Put before the result of a call that failed (`is_error`), which chat's form has no field for. */
const FAILED = 'Error: ';

function toolMessage(block: JsonObject, field: string, shown: JsonObject[]): JsonObject {
  const result = resultOf(block['content'], `${field}.content`);
  shown.push(...result.shown);
  const failed = block['is_error'] === true && !/^\s*\W*error/i.test(result.told);
  return {
    role: 'tool',
    tool_call_id: textAt(`${field}.tool_use_id`, block['tool_use_id']),
    content: failed ? FAILED + result.told : result.told,
  };
}

const blocksIn = (content: unknown, field: string): JsonObject[] =>
  typeof content === 'string'
    ? [{ type: 'text', text: content }]
    : listAt(field, content).map((block, i) => objectAt(`${field}[${i}]`, block));

/** Results of tools first, then what they show, then what else the user says. */
function userMessages(content: unknown, field: string): JsonObject[] {
  const results: JsonObject[] = [];
  const shown: JsonObject[] = [];
  const said: JsonObject[] = [];
  for (const [i, block] of blocksIn(content, field).entries()) {
    const at = `${field}[${i}]`;
    if (block['type'] === 'tool_result') results.push(toolMessage(block, at, shown));
    else said.push(...partsOfBlock(block, at));
  }
  return [
    ...results,
    ...(shown.length > 0 ? [shownMessage(shown)] : []),
    ...(said.length > 0 ? [{ role: 'user', content: contentOf(said) }] : []),
  ];
}

/** Blocks of thinking are dropped, as only who wrote them can read them; an answer of nothing else is, too. */
function answerMessages(content: unknown, field: string): JsonObject[] {
  let text = '';
  const calls: JsonObject[] = [];
  for (const [i, block] of blocksIn(content, field).entries()) {
    const at = `${field}[${i}]`;
    switch (block['type']) {
      case 'text':
        text += textOf(block['text']);
        break;
      case 'tool_use': {
        const made = {
          name: textAt(`${at}.name`, block['name']),
          arguments: JSON.stringify(objectAt(`${at}.input`, block['input'])),
        };
        calls.push({ id: textAt(`${at}.id`, block['id']), type: 'function', function: made });
        break;
      }
      case 'thinking':
      case 'redacted_thinking':
        break;
      default:
        throw refused(`${at}.type`, 'text, tool_use or thinking, as the provider knows nothing else', block['type']);
    }
  }
  if (calls.length > 0) return [{ role: 'assistant', content: text || null, tool_calls: calls }];
  return text === '' ? [] : [{ role: 'assistant', content: text }];
}

/** `system` and `messages` of Anthropic's form as chat messages. */
export function chatMessagesOf(body: JsonObject): JsonObject[] {
  const system = partsOf(body['system'], 'system');
  const said = listAt('messages', body['messages']).flatMap((one, i) => {
    const field = `messages[${i}]`;
    const message = objectAt(field, one);
    const content = message['content'];
    switch (message['role']) {
      case 'user':
        return userMessages(content, `${field}.content`);
      case 'assistant':
        return answerMessages(content, `${field}.content`);
      case 'system':
        return [{ role: 'system', content: contentOf(partsOf(content, `${field}.content`)) }];
      default:
        throw refused(`${field}.role`, 'user, assistant or system', message['role']);
    }
  });
  return system.length > 0 ? [{ role: 'system', content: contentOf(system) }, ...said] : said;
}
