import type { z } from 'zod';
import { PointsmanError, type ErrorCode, type Issue } from '../base/errors.js';

/** A value, short enough for a message. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || value === null) return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${typeof value} of ${String(value).length} characters` : text;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let here: unknown = value;
  for (const key of path)
    here = here === null || typeof here !== 'object' ? undefined : (here as Record<PropertyKey, unknown>)[key];
  return here;
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : (i ? '.' : '') + String(key))).join('');
}

/** Most issues that are told of one value: a body of a mebibyte may have a hundred thousand. */
const MAX_ISSUES = 100;

/** A value, without a text that it is: what is no field for a secret may hold one all the same. */
const describeUnquoted = (value: unknown): string =>
  typeof value === 'string' ? `a text of ${value.length} characters` : describe(value);

/** Zod's issues as `{field, expected, received}`, the first hundred; of a union, the branch that came furthest. */
export function issuesOf(error: z.ZodError, value: unknown, show: (came: unknown) => string = describe): Issue[] {
  const issues = error.issues.slice(0, MAX_ISSUES).flatMap((issue): Issue[] => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.slice(0, MAX_ISSUES).map((key) => ({
        field: fieldName([...issue.path, key]),
        expected: 'no such field',
        received: show(at(value, [...issue.path, key])),
      }));
    return [
      {
        field: fieldName(issue.path),
        expected: issue.message
          .replace(/^(?:Invalid input|Invalid option|Too small|Too big|Invalid string): expected /, '')
          .replace(/, received .*$/, ''),
        received: show(at(value, issue.path)),
      },
    ];
  });
  return issues.slice(0, MAX_ISSUES);
}

export function describeIssues(issues: readonly Issue[]): string {
  return issues
    .map((i) => `${i.field || 'the whole'}: expected ${i.expected.replace(/^expected /, '')}, got ${i.received}`)
    .join('; ');
}

function failed(issues: Issue[], code: ErrorCode, where: string): PointsmanError {
  return new PointsmanError(code, (where ? `${where}: ` : '') + describeIssues(issues), { issues });
}

/** Parses `value`, or throws a {@link PointsmanError} that names each field, what was expected and what came. */
export function parse<T extends z.ZodType>(
  schema: T,
  value: unknown,
  code: ErrorCode = 'invalid_request',
  where = '',
): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw failed(issuesOf(result.error, value), code, where);
}

/** The same, but no text that came is quoted: of values beside which people keep secrets. */
export function parseUnquoted<T extends z.ZodType>(
  schema: T,
  value: unknown,
  code: ErrorCode = 'invalid_request',
  where = '',
): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw failed(issuesOf(result.error, value, describeUnquoted), code, where);
}
