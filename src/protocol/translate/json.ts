import { PointsmanError } from '../../base/errors.js';
import { isObject } from '../../base/object.js';
import { describe, describeIssues } from '../../schema/parse.js';
import type { JsonObject } from '../types.js';

/** A text, or nothing. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
/** A number of tokens; 0 where there is none. */
export const countOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0);
/** Whether a field says nothing: left out, or null. */
export const isNothing = (value: unknown): value is null | undefined => value === undefined || value === null;

/** The error of a field that the other form has nothing for, or that is not what it should be. */
export function refused(field: string, expected: string, value: unknown): PointsmanError {
  const issue = { field, expected, received: describe(value) };
  return new PointsmanError('invalid_request', describeIssues([issue]), { issues: [issue] });
}

/** The object at a field. Throws `invalid_request` where it is none. */
export function objectAt(field: string, value: unknown): JsonObject {
  if (!isObject(value)) throw refused(field, 'an object', value);
  return value;
}

/** The array at a field; empty where nothing is there. Throws `invalid_request` where it is another value. */
export function listAt(field: string, value: unknown): readonly unknown[] {
  if (isNothing(value)) return [];
  if (!Array.isArray(value)) throw refused(field, 'an array', value);
  return value;
}

/** The text at a field. Throws `invalid_request` where it is none. */
export function textAt(field: string, value: unknown): string {
  if (typeof value !== 'string') throw refused(field, 'a text', value);
  return value;
}

/** The fields that say something. */
export const given = (fields: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** The arguments of a call as an object. Text that is not JSON of an object is kept as `{"arguments": "<text>"}`. */
export function inputOf(text: string): JsonObject {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {}
  return { arguments: text };
}

/** Whether a text is JSON as a whole; nothing is. */
export function isWhole(text: string): boolean {
  if (text === '') return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
