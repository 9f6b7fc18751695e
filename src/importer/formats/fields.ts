import { describe } from '../../schema/parse.js';
import { RowError, type Row } from './types.js';

const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

/** The first of some fields that is filled. */
function first(row: Row, fields: readonly string[]): { field: string; value: unknown } | undefined {
  const field = fields.find((name) => !isBlank(row[name]));
  return field === undefined ? undefined : { field, value: row[field] };
}

/** A text; undefined where the row has none. Throws {@link RowError} for anything else. */
export function textOf(row: Row, ...fields: string[]): string | undefined {
  const found = first(row, fields);
  if (found === undefined) return undefined;
  const { field, value } = found;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  throw new RowError(field, 'text', describe(value));
}

/** A number, also one that is written in text; undefined where the row has none. */
export function numberOf(row: Row, ...fields: string[]): number | undefined {
  const found = first(row, fields);
  if (found === undefined) return undefined;
  const { field, value } = found;
  const number =
    typeof value === 'number' ? value : typeof value === 'bigint' || typeof value === 'string' ? Number(value) : NaN;
  if (!Number.isFinite(number)) throw new RowError(field, 'a number', describe(value));
  return number;
}

/** A whole number of at least 0, as counts of tokens are. */
export const countOf = (row: Row, ...fields: string[]): number | undefined => {
  const number = numberOf(row, ...fields);
  return number === undefined ? undefined : Math.max(0, Math.round(number));
};

/** True or false, also in words. */
export function flagOf(row: Row, ...fields: string[]): boolean | undefined {
  const found = first(row, fields);
  if (found === undefined) return undefined;
  const word = String(found.value).toLowerCase();
  if (['true', '1', '1.0', 'yes'].includes(word)) return true;
  if (['false', '0', '0.0', 'no'].includes(word)) return false;
  throw new RowError(found.field, 'true or false', describe(found.value));
}

/** Seconds since 1970 below which a number is of seconds, not of milliseconds. */
const SECONDS = 1e11;
const MICROSECONDS = 1e14;
const NANOSECONDS = 1e17;

/** A time in ISO 8601: of a text, a date, or a count since 1970 of seconds or parts of them. */
export function timeOf(row: Row, ...fields: string[]): string | undefined {
  const found = first(row, fields);
  if (found === undefined) return undefined;
  const { field, value } = found;
  const ms = millisecondsOf(value);
  if (Number.isNaN(ms) || Math.abs(ms) > 8.64e15) throw new RowError(field, 'a time', describe(value));
  return new Date(ms).toISOString();
}

/** A time in milliseconds; NaN where a value is none. */
export function millisecondsOf(value: unknown): number {
  if (isBlank(value)) return NaN;
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'string' && !/^\d+(?:\.\d+)?$/.test(value)) {
    // Days and months in other orders are told apart by nobody.
    if (!/^\s*\d{4}-\d\d-\d\d/.test(value)) return NaN;
    // Databases leave out the T, and the zone, which is UTC then.
    const iso = value
      .trim()
      .replace(' ', 'T')
      .replace(/ ?UTC$/, 'Z')
      .replace(/([+-]\d\d)$/, '$1:00');
    return Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(iso) || !iso.includes('T') ? iso : `${iso}Z`);
  }
  const number = Number(value);
  const size = Math.abs(number);
  // Before 2001 nobody logged LLMs: it is a date in digits, or no time.
  if (size < 1e9) return NaN;
  if (size < SECONDS) return number * 1000;
  if (size < MICROSECONDS) return number;
  return size < NANOSECONDS ? number / 1e3 : number / 1e6;
}

/** Milliseconds between two times of a row; undefined unless it has both, in order. */
export function between(row: Row, start: string, end: string): number | undefined {
  if (isBlank(row[start]) || isBlank(row[end])) return undefined;
  const apart = millisecondsOf(row[end]) - millisecondsOf(row[start]);
  return apart >= 0 ? apart : undefined;
}

/** What a field holds, JSON in a text parsed; a text that is no JSON as it is. */
export function valueOf(row: Row, ...fields: string[]): unknown {
  const found = first(row, fields);
  if (found === undefined) return undefined;
  const { value } = found;
  if (typeof value !== 'string' || !/^\s*[[{"]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** A field that holds an object, also as JSON in a text; an empty one where it doesn't. */
export function objectOf(row: Row, ...fields: string[]): Row {
  const value = valueOf(row, ...fields);
  return isRow(value) ? value : {};
}

/** An error in words, short enough to be kept. */
export const errorOf = (value: unknown): string | undefined => {
  if (isBlank(value)) return undefined;
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'failed');
  return text.slice(0, 1000);
};

/** Longest name of a task. */
const TASK_CHARACTERS = 200;

/** A name that is a task's: without spaces at its ends, and not too long. */
export const taskOf = (text: unknown): string | undefined =>
  typeof text === 'string' && text.trim() !== '' ? text.trim().slice(0, TASK_CHARACTERS).trim() : undefined;
