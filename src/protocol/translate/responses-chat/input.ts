import type { JsonObject } from '../../types.js';
import { given, isNothing, listAt, objectAt, refused, textAt, textOf } from '../json.js';
import { contentOf, resultOfParts, shownMessage } from '../parts.js';

/** A part of an item's content as a part of a chat message. */
function partOf(value: unknown, field: string): JsonObject {
  const part = objectAt(field, value);
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: textAt(`${field}.text`, part['text']) };
    case 'refusal':
      return { type: 'text', text: textAt(`${field}.refusal`, part['refusal']) };
    case 'input_image': {
      const url = textAt(`${field}.image_url`, part['image_url']);
      return { type: 'image_url', image_url: given({ url, detail: part['detail'] ?? undefined }) };
    }
    case 'input_file': {
      if (!isNothing(part['file_url']))
        throw refused(`${field}.file_url`, 'the file itself, in file_data', part['file_url']);
      const file = {
        filename: part['filename'] ?? undefined,
        file_data: part['file_data'] ?? undefined,
        file_id: part['file_id'] ?? undefined,
      };
      return { type: 'file', file: given(file) };
    }
    case 'input_audio':
      return { type: 'input_audio', input_audio: objectAt(`${field}.input_audio`, part['input_audio']) };
    default:
      throw refused(`${field}.type`, 'input_text, input_image, input_file, input_audio or output_text', part['type']);
  }
}

function partsOf(content: unknown, field: string): JsonObject[] {
  if (isNothing(content)) return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return listAt(field, content).map((part, i) => partOf(part, `${field}[${i}]`));
}

/** Chat messages as they gather: calls go to the answer before them, and what results show follows all results. */
interface Gathering {
  messages: JsonObject[];
  shown: JsonObject[];
}

function flush(to: Gathering): void {
  if (to.shown.length > 0) to.messages.push(shownMessage(to.shown));
  to.shown = [];
}

function addMessage(to: Gathering, item: JsonObject, field: string): void {
  const parts = partsOf(item['content'], `${field}.content`);
  const role = item['role'] === 'developer' ? 'system' : item['role'];
  if (role !== 'user' && role !== 'assistant' && role !== 'system')
    throw refused(`${field}.role`, 'user, assistant, system or developer', role);
  flush(to);
  // Answers have only texts, and the provider takes them as one.
  const content = role === 'assistant' ? parts.map((part) => textOf(part['text'])).join('') : contentOf(parts);
  to.messages.push({ role, content });
}

function addCall(to: Gathering, item: JsonObject, field: string): void {
  const call = {
    id: textAt(`${field}.call_id`, item['call_id']),
    type: 'function',
    function: {
      name: textAt(`${field}.name`, item['name']),
      arguments: textAt(`${field}.arguments`, item['arguments']),
    },
  };
  flush(to);
  const last = to.messages.at(-1);
  if (last?.['role'] !== 'assistant') to.messages.push({ role: 'assistant', content: null, tool_calls: [call] });
  else if (Array.isArray(last['tool_calls'])) last['tool_calls'].push(call);
  else last['tool_calls'] = [call];
}

function addResult(to: Gathering, item: JsonObject, field: string): void {
  const { told, shown } = resultOfParts(partsOf(item['output'], `${field}.output`));
  to.shown.push(...shown);
  to.messages.push({ role: 'tool', tool_call_id: textAt(`${field}.call_id`, item['call_id']), content: told });
}

function addItem(to: Gathering, value: unknown, field: string): void {
  const item = objectAt(field, value);
  switch (item['type'] ?? 'message') {
    case 'message':
      addMessage(to, item, field);
      break;
    case 'function_call':
      addCall(to, item, field);
      break;
    case 'function_call_output':
      addResult(to, item, field);
      break;
    case 'reasoning':
      break;
    default:
      throw refused(
        `${field}.type`,
        'message, function_call, function_call_output or reasoning, as the provider knows nothing else',
        item['type'],
      );
  }
}

/** `instructions` and `input` as chat messages. Developers are the system, whom every provider knows. */
export function chatMessagesOf(body: JsonObject): JsonObject[] {
  const to: Gathering = { messages: [], shown: [] };
  const { instructions, input } = body;
  if (!isNothing(instructions)) to.messages.push({ role: 'system', content: textAt('instructions', instructions) });
  if (typeof input === 'string') to.messages.push({ role: 'user', content: input });
  else for (const [i, item] of listAt('input', input).entries()) addItem(to, item, `input[${i}]`);
  flush(to);
  return to.messages;
}
