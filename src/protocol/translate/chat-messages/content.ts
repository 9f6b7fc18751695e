import type { JsonObject } from '../../types.js';
import { given, isNothing, objectAt, refused, textAt, textOf } from '../json.js';
import { inlineOf, isWebUrl } from '../media.js';

/** A text block; Anthropic takes none that is empty. */
const textBlock = (text: string, part: JsonObject = {}): JsonObject[] =>
  text === '' ? [] : [given({ type: 'text', text, cache_control: part['cache_control'] ?? undefined })];

function imageBlock(part: JsonObject, field: string): JsonObject {
  // Some clients write the URL in place of the object that holds it.
  const image = typeof part['image_url'] === 'string' ? { url: part['image_url'] } : part['image_url'];
  const at = `${field}.image_url.url`;
  const url = textAt(at, objectAt(`${field}.image_url`, image)['url']);
  const inline = inlineOf(url);
  if (inline === undefined && !isWebUrl(url)) throw refused(at, 'a web address, or a data: URL in base64', url);
  const source = inline ? { type: 'base64', media_type: inline.type, data: inline.data } : { type: 'url', url };
  return given({ type: 'image', source, cache_control: part['cache_control'] ?? undefined });
}

/** PDF and plain text are documents; a file that the provider would have to know by an id is refused. */
function documentBlock(part: JsonObject, field: string): JsonObject {
  const file = objectAt(`${field}.file`, part['file']);
  if (!isNothing(file['file_id']))
    throw refused(`${field}.file.file_id`, 'the file itself, in file_data', file['file_id']);
  const at = `${field}.file.file_data`;
  const data = textAt(at, file['file_data']);
  const inline = inlineOf(data);
  const title = textOf(file['filename']) || undefined;
  if (inline?.type === 'application/pdf')
    return given({ type: 'document', source: { type: 'base64', media_type: inline.type, data: inline.data }, title });
  if (inline?.type.startsWith('text/') === true) {
    const text = Buffer.from(inline.data, 'base64').toString('utf8');
    return given({ type: 'document', source: { type: 'text', media_type: 'text/plain', data: text }, title });
  }
  throw refused(at, 'a data: URL in base64 of a PDF or of text', data);
}

/** Blocks of Anthropic's form for the content of a chat message. */
export function blocksOf(content: unknown, field: string): JsonObject[] {
  if (isNothing(content)) return [];
  if (typeof content === 'string') return textBlock(content);
  if (!Array.isArray(content)) throw refused(field, 'a text or an array of parts', content);
  return content.flatMap((value: unknown, i): JsonObject[] => {
    const at = `${field}[${i}]`;
    const part = objectAt(at, value);
    switch (part['type']) {
      case 'text':
        return textBlock(textAt(`${at}.text`, part['text']), part);
      case 'refusal':
        return textBlock(textAt(`${at}.refusal`, part['refusal']));
      case 'image_url':
        return [imageBlock(part, at)];
      case 'file':
        return [documentBlock(part, at)];
      default:
        throw refused(`${at}.type`, 'text, image_url or file, as the provider reads nothing else', part['type']);
    }
  });
}
