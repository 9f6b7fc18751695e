import type { JsonObject } from '../types.js';
import { textOf } from './json.js';

export const textPart = (text: string): JsonObject => ({ type: 'text', text });
const isText = (part: JsonObject): boolean => part['type'] === 'text';

/** Content of a chat message: one text where all parts are texts, as not every provider takes an array. */
export function contentOf(parts: readonly JsonObject[]): unknown {
  return parts.every(isText) ? parts.map((part) => textOf(part['text'])).join('\n\n') : parts;
}

/** The texts of a tool's result, and what is no text: messages of tools have only texts, so the user shows the rest. */
export function resultOfParts(parts: readonly JsonObject[]): { told: string; shown: JsonObject[] } {
  const shown = parts.filter((part) => !isText(part));
  const texts = parts.filter(isText).map((part) => textOf(part['text']));
  if (shown.length > 0 && texts.length === 0) texts.push('(The result is in the next message of the user.)');
  return { told: texts.join('\n\n'), shown };
}

/** The message of the user with what results of tools show. */
export const shownMessage = (shown: readonly JsonObject[]): JsonObject => ({
  role: 'user',
  content: [textPart('(Shown by the results of the tools.)'), ...shown],
});
