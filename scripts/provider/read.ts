import type { JsonObject } from '../../src/protocol/types.js';
import { Refusal } from './types.js';

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const objectsIn = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
export const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');
export const numberIn = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** The text of a message's content: a string, or parts of which some have `text`, however they are called. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  return objectsIn(content)
    .map((part) => textIn(part['text']))
    .join('');
}

/** About how many tokens of a JSON value are read. */
export const tokensOf = (value: unknown): number =>
  value === undefined ? 0 : Math.ceil((typeof value === 'string' ? value : JSON.stringify(value)).length / 4);

/** Throws {@link Refusal} where a body has no such field. */
export function required(body: JsonObject, ...names: string[]): void {
  for (const name of names)
    if (body[name] === undefined || body[name] === null)
      throw new Refusal(400, `Missing required parameter: '${name}'.`, {
        code: 'missing_required_parameter',
        param: name,
      });
}
