import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../base/object.js';

/** Schemas that are looked at for one value, and how deep they lie in one another, at most. */
const MOST_STEPS = 50_000;
const DEEPEST = 200;

/** Schemas of one document, and how many of them may still be looked at. */
interface Checking {
  root: unknown;
  left: number;
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  string: (value) => typeof value === 'string',
  array: (value) => Array.isArray(value),
  object: isObject,
};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const has = (object: object, key: string): boolean => Object.hasOwn(object, key);

/** Whether a number is within a bound of the schema, where there is one. */
const within = (value: number, bound: unknown, holds: (value: number, bound: number) => boolean): boolean =>
  typeof bound !== 'number' || holds(value, bound);

/** Where a `$ref` of the document itself points to; undefined where there is nothing. */
function resolved(root: unknown, ref: unknown): unknown {
  if (typeof ref !== 'string' || !ref.startsWith('#')) return undefined;
  let at = root;
  for (const part of ref.slice(1).split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (at === null || typeof at !== 'object' || !has(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

function objectFits(value: Record<string, unknown>, schema: Record<string, unknown>, check: Check): boolean {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  if (!listOf(schema['required']).every((key) => typeof key !== 'string' || has(value, key))) return false;
  const isOpen = schema['patternProperties'] !== undefined;
  return Object.entries(value).every(([key, one]) => {
    if (has(properties, key)) return check(one, properties[key]);
    return isOpen || check(one, schema['additionalProperties'] ?? true);
  });
}

function arrayFits(value: readonly unknown[], schema: Record<string, unknown>, check: Check): boolean {
  if (!within(value.length, schema['minItems'], (n, least) => n >= least)) return false;
  if (!within(value.length, schema['maxItems'], (n, most) => n <= most)) return false;
  const first = listOf(schema['prefixItems']);
  return value.every((one, i) => check(one, i < first.length ? first[i] : (schema['items'] ?? true)));
}

/** Lengths are of code points: as many as there are code units at most. */
const isAtMost = (text: string, most: number): boolean => text.length <= most || [...text].length <= most;

function scalarFits(value: unknown, schema: Record<string, unknown>): boolean {
  if (typeof value === 'string') {
    const { minLength: least, maxLength: most } = schema;
    return within(value.length, least, (n, bound) => n >= bound) && (typeof most !== 'number' || isAtMost(value, most));
  }
  if (typeof value !== 'number') return true;
  return (
    within(value, schema['minimum'], (n, least) => n >= least) &&
    within(value, schema['maximum'], (n, most) => n <= most) &&
    within(value, schema['exclusiveMinimum'], (n, least) => n > least) &&
    within(value, schema['exclusiveMaximum'], (n, most) => n < most)
  );
}

type Check = (value: unknown, schema: unknown) => boolean;

function fits(value: unknown, schema: unknown, checking: Checking, depth: number): boolean {
  if (typeof schema === 'boolean') return schema;
  if (!isObject(schema) || depth > DEEPEST || checking.left-- <= 0) return true;
  const check: Check = (one, by) => fits(one, by, checking, depth + 1);
  if (has(schema, '$ref')) {
    const target = resolved(checking.root, schema['$ref']);
    if (target !== undefined && !check(value, target)) return false;
  }
  if (has(schema, 'const') && !isDeepStrictEqual(value, schema['const'])) return false;
  if (Array.isArray(schema['enum']) && !schema['enum'].some((one) => isDeepStrictEqual(value, one))) return false;
  const types = typeof schema['type'] === 'string' ? [schema['type']] : listOf(schema['type']);
  if (types.length > 0 && !types.some((type) => TYPES[String(type)]?.(value) ?? true)) return false;
  if (!listOf(schema['allOf']).every((one) => check(value, one))) return false;
  for (const some of [schema['anyOf'], schema['oneOf']])
    if (Array.isArray(some) && some.length > 0 && !some.some((one) => check(value, one))) return false;
  if (Array.isArray(value)) return arrayFits(value, schema, check);
  if (isObject(value)) return objectFits(value, schema, check);
  return scalarFits(value, schema);
}

/**
 * Whether a value fits a JSON Schema, as far as that is told by `type`, `enum`, `const`, `properties`, `required`,
 * `additionalProperties`, `items`, `prefixItems`, `anyOf`, `oneOf` (as `anyOf`), `allOf`, `$ref` within the schema, and
 * bounds of lengths and numbers: what structured outputs of providers know. Other keywords (`pattern`, `format`, `not`,
 * …) are passed over, and so is what is left of a schema that takes too long: in doubt it fits.
 */
export function fitsSchema(value: unknown, schema: unknown): boolean {
  return fits(value, schema, { root: schema, left: MOST_STEPS }, 0);
}
