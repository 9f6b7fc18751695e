import type { JsonObject } from '../types.js';
import type { CallDraft } from './draft.js';
import { nameAt, objectAt, partsAt, refuse, textAt } from './field.js';

const isList: (value: unknown) => value is readonly unknown[] = Array.isArray;

/** The text of a document that has its text with it; other documents are files. */
function documentText(draft: CallDraft, field: string, part: JsonObject): string {
  const source = part['source'];
  if (typeof source !== 'object' || source === null) {
    draft.file();
    return '';
  }
  const { type, data, content } = source as JsonObject;
  draft.needs.files = true;
  // The text of a document is read by the LLM, and is not what its user says.
  if (type === 'text' && typeof data === 'string') draft.text(data);
  else if (type === 'content') contentText(draft, `${field}.source.content`, content);
  else draft.file();
  return '';
}

/**
 * What a part adds to the text of its message; counts what it is. Parts of all forms are known, as no two of them have
 * the same name for different things. One that is not known goes to the provider, and is counted by its length.
 */
export function partText(draft: CallDraft, field: string, value: unknown): string {
  const part = objectAt(field, value);
  switch (nameAt(`${field}.type`, part['type'])) {
    case 'text':
    case 'input_text':
    case 'output_text':
    case 'summary_text':
    case 'reasoning_text':
      return draft.text(textAt(`${field}.text`, part['text']));
    case 'refusal':
      return draft.text(textAt(`${field}.refusal`, part['refusal']));
    case 'image_url':
    case 'image':
    case 'input_image':
    case 'computer_screenshot':
      draft.image();
      return '';
    case 'input_audio':
    case 'audio':
      draft.audio();
      return '';
    case 'file':
    case 'input_file':
    case 'container_upload':
    case 'video_url':
    case 'input_video':
      draft.file();
      return '';
    case 'document':
      return documentText(draft, field, part);
    case 'search_result':
      return contentText(draft, `${field}.content`, part['content']);
    default:
      draft.json(part);
      return '';
  }
}

/** Adds a part to a text, on a line of its own. */
export const joinText = (text: string, more: string): string =>
  text === '' ? more : more === '' ? text : `${text}\n${more}`;

/** All text of a message's content, which is a text, a list of parts, or nothing. Counts all of it. */
export function contentText(draft: CallDraft, field: string, content: unknown): string {
  if (typeof content === 'string') return draft.text(textAt(field, content));
  if (content === undefined || content === null) return '';
  if (!isList(content)) return refuse(field, 'a string or a list of parts', content);
  let text = '';
  partsAt(field, content).forEach((part, i) => {
    text = joinText(text, partText(draft, `${field}[${i}]`, part));
  });
  return text;
}
