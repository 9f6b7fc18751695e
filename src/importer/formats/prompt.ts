import { MAX_QUERY_CHARS } from '../../schema/feedback.js';
import { isRow } from './fields.js';

const INSTRUCTING = new Set(['system', 'developer']);

/** Parts of a message that are said; others are results of tools, pictures, and the like. */
const TEXT_PARTS = new Set(['text', 'input_text', 'output_text', 'human', 'user', 'message']);

interface Said {
  role: string;
  text: string;
}

/** All text of a message's content, in the forms that tools write it. */
function textIn(content: unknown): string {
  if (typeof content === 'string') return content;
  if (Array.isArray(content))
    return content
      .map(textIn)
      .filter((text) => text !== '')
      .join('\n');
  if (!isRow(content)) return '';
  const { type } = content;
  if (typeof type === 'string' && !TEXT_PARTS.has(type)) return '';
  return textIn(content['text'] ?? content['content'] ?? content['parts'] ?? content['value']);
}

/** A message, whatever its tool; undefined where a value is none. */
function saidIn(message: unknown): Said | undefined {
  if (!isRow(message)) return undefined;
  const inner = isRow(message['message']) ? message['message'] : message;
  const role = inner['role'] ?? inner['type'];
  return {
    role: typeof role === 'string' ? role.toLowerCase() : 'user',
    text: textIn(inner['content'] ?? inner['parts'] ?? inner['text']),
  };
}

/** A query by rule: of a chat, its last user message with text, else what instructs; cut where it is too long. */
export function promptIn(value: unknown): string | undefined {
  const text = promptText(value)?.toWellFormed();
  return text === undefined || text.trim() === '' ? undefined : text.slice(0, MAX_QUERY_CHARS);
}

function promptText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (isRow(value)) {
    for (const field of ['messages', 'input', 'prompt', 'query', 'question', 'text', 'content'])
      if (value[field] !== undefined && value[field] !== null) return promptText(value[field]);
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const said = value.map((one): Said | undefined =>
    typeof one === 'string' ? { role: 'user', text: one } : saidIn(one),
  );
  const known = said.filter((one) => one !== undefined && one.text.trim() !== '') as Said[];
  const user = known.findLast(({ role }) => role === 'user' || role === 'human');
  if (user !== undefined) return user.text;
  return known
    .filter(({ role }) => INSTRUCTING.has(role))
    .map(({ text }) => text)
    .join('\n');
}
