import { isObject } from '../../base/object.js';
import type { JsonObject } from '../types.js';
import { listOf, objectOf, refused } from './json.js';

/** Deeper schemas are refused. */
const MAX_DEPTH = 64;

/** Keywords that Anthropic's grammar knows as they are. */
const KEPT = new Set(['$ref', 'type', 'enum', 'const', 'required', 'title', 'description']);
const FORMATS = new Set(['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid']);
const NAMED_SCHEMAS = new Set(['properties', '$defs', 'definitions']);

const isType = (schema: JsonObject, type: string): boolean =>
  schema['type'] === type || (Array.isArray(schema['type']) && schema['type'].includes(type));

/**
 * A schema as Anthropic's structured output takes it: objects have no further properties, `oneOf` is `anyOf`, and what
 * its grammar doesn't know (lengths, ranges, patterns) stands in the description, where the LLM reads it. Throws
 * `invalid_request` naming `field` where it is deeper than 64.
 */
export function grammarOf(schema: unknown, field: string, depth = 0): unknown {
  if (!isObject(schema)) return schema;
  if (depth > MAX_DEPTH) throw refused(field, `at most ${MAX_DEPTH} levels`, schema);
  const inner = (value: unknown): unknown => grammarOf(value, field, depth + 1);
  const made: JsonObject = {};
  const told: string[] = [];
  for (const [key, value] of Object.entries(schema)) {
    if (KEPT.has(key)) made[key] = value;
    else if (NAMED_SCHEMAS.has(key) && isObject(value))
      made[key] = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inner(one)]));
    else if (key === 'anyOf' || key === 'allOf') made[key] = listOf(value).map(inner);
    else if (key === 'oneOf') made['anyOf'] = listOf(value).map(inner);
    else if (key === 'items' && isObject(value)) made[key] = inner(value);
    else if (key === 'format' && FORMATS.has(String(value))) made[key] = value;
    else if (key === 'minItems' && (value === 0 || value === 1)) made[key] = value;
    else if (key !== 'additionalProperties' && !key.startsWith('$') && key !== 'default')
      told.push(`${key}: ${JSON.stringify(value)}`);
  }
  if (isType(schema, 'object') || isObject(schema['properties'])) made['additionalProperties'] = false;
  if (told.length > 0) made['description'] = [schema['description'], `(${told.join(', ')})`].filter(Boolean).join(' ');
  return made;
}

/** Whether OpenAI's strict mode takes a schema: every object closed, and every property required. */
export function fitsStrict(schema: unknown, depth = 0): boolean {
  if (!isObject(schema)) return true;
  if (depth > MAX_DEPTH) return false;
  if (isType(schema, 'object') || isObject(schema['properties'])) {
    const required = new Set(listOf(schema['required']));
    const names = Object.keys(objectOf(schema['properties']));
    if (schema['additionalProperties'] !== false || names.some((name) => !required.has(name))) return false;
  }
  const parts = [
    ...['properties', '$defs', 'definitions'].flatMap((key) => Object.values(objectOf(schema[key]))),
    ...['anyOf', 'allOf', 'oneOf'].flatMap((key) => listOf(schema[key])),
    schema['items'],
  ];
  return parts.every((part) => fitsStrict(part, depth + 1));
}
