import type { JsonObject } from '../../types.js';
import { isNothing, listAt, objectAt, objectOf, refused, textAt, textOf } from '../json.js';
import { dataUrl } from '../media.js';
import { resultOfParts, textPart } from '../parts.js';

/** Blocks stand in no more others: in a document, in the result of a tool. */
const MAX_DEPTH = 2;

function imagePart(block: JsonObject, field: string): JsonObject {
  const source = objectAt(`${field}.source`, block['source']);
  if (source['type'] === 'url')
    return { type: 'image_url', image_url: { url: textAt(`${field}.source.url`, source['url']) } };
  if (source['type'] !== 'base64') throw refused(`${field}.source.type`, 'base64 or url', source['type']);
  const data = textAt(`${field}.source.data`, source['data']);
  return {
    type: 'image_url',
    image_url: { url: dataUrl(textAt(`${field}.source.media_type`, source['media_type']), data) },
  };
}

/** PDF is a file; plain text, and blocks of content, stand among the other parts under their title. */
function documentParts(block: JsonObject, field: string, depth: number): JsonObject[] {
  const source = objectAt(`${field}.source`, block['source']);
  if (objectOf(block['citations'])['enabled'] === true)
    throw refused(`${field}.citations.enabled`, 'false, as the provider cites nothing', true);
  const title = textOf(block['title']);
  const heading = [title, textOf(block['context'])].filter(Boolean).map(textPart);
  switch (source['type']) {
    case 'base64': {
      const file = dataUrl(textOf(source['media_type']), textAt(`${field}.source.data`, source['data']));
      return [{ type: 'file', file: { filename: title || 'document.pdf', file_data: file } }];
    }
    case 'text':
      return [...heading, textPart(textAt(`${field}.source.data`, source['data']))];
    case 'content':
      return [...heading, ...partsOf(source['content'], `${field}.source.content`, depth + 1)];
    default:
      throw refused(`${field}.source.type`, 'base64, text or content', source['type']);
  }
}

function searchParts(block: JsonObject, field: string, depth: number): JsonObject[] {
  const heading = [textOf(block['title']), textOf(block['source'])].filter(Boolean).map(textPart);
  return [...heading, ...partsOf(block['content'], `${field}.content`, depth + 1)];
}

/** Parts of chat's form for one block of the user's, or of a tool's result. */
export function partsOfBlock(block: JsonObject, field: string, depth = 0): JsonObject[] {
  if (depth > MAX_DEPTH) throw refused(field, `blocks in at most ${MAX_DEPTH} others`, block);
  switch (block['type']) {
    case 'text':
      return [textPart(textAt(`${field}.text`, block['text']))];
    case 'image':
      return [imagePart(block, field)];
    case 'document':
      return documentParts(block, field, depth);
    case 'search_result':
      return searchParts(block, field, depth);
    default:
      throw refused(
        `${field}.type`,
        'text, image, document, search_result or tool_result, as the provider reads nothing else',
        block['type'],
      );
  }
}

export function partsOf(content: unknown, field: string, depth = 0): JsonObject[] {
  if (isNothing(content)) return [];
  if (typeof content === 'string') return [textPart(content)];
  return listAt(field, content).flatMap((block, i) =>
    partsOfBlock(objectAt(`${field}[${i}]`, block), `${field}[${i}]`, depth),
  );
}

/** The texts of a tool's result, and what is shown beside them. */
export const resultOf = (content: unknown, field: string): { told: string; shown: JsonObject[] } =>
  resultOfParts(partsOf(content, field));
