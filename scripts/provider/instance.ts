import type { Rng } from '../../src/base/rng.js';
import type { JsonObject } from '../../src/protocol/types.js';
import { isObject, numberIn, objectsIn } from './read.js';
import { wordsOf } from './words.js';

const TEXTS: Readonly<Record<string, string>> = {
  'date-time': '2026-01-02T03:04:05Z',
  date: '2026-01-02',
  time: '03:04:05Z',
  email: 'someone@example.com',
  uri: 'https://example.com/',
  uuid: '01234567-89ab-4cde-8f01-23456789abcd',
};
const DEEPEST = 20;

/** A seeded value that fits a JSON Schema, as far as types, enumerations, bounds and references go. */
export function instanceOf(schema: JsonObject, rng: Rng, root: JsonObject = schema, depth = 0): unknown {
  if (schema['const'] !== undefined) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][rng.int(schema['enum'].length)];
  const choice = ['anyOf', 'oneOf', 'allOf'].flatMap((key) => objectsIn(schema[key]));
  // The last of a union ends what refers to itself.
  const chosen = depth < DEEPEST ? choice[0] : choice.at(-1);
  if (chosen !== undefined) return instanceOf(chosen, rng, root, depth + 1);
  if (typeof schema['$ref'] === 'string') return instanceOf(referred(root, schema['$ref']), rng, root, depth + 1);
  switch (typeOf(schema)) {
    case 'object':
      return Object.fromEntries(
        Object.entries(isObject(schema['properties']) ? schema['properties'] : {})
          .filter((entry): entry is [string, JsonObject] => isObject(entry[1]))
          .map(([name, inner]) => [name, instanceOf(inner, rng, root, depth + 1)]),
      );
    case 'array': {
      const items = isObject(schema['items']) ? schema['items'] : { type: 'string' };
      const length = numberIn(schema['minItems']) ?? (depth < DEEPEST ? 1 : 0);
      return Array.from({ length }, () => instanceOf(items, rng, root, depth + 1));
    }
    case 'integer':
    case 'number': {
      const least = numberIn(schema['minimum']) ?? numberIn(schema['exclusiveMinimum']) ?? 0;
      const most = Math.min(
        numberIn(schema['maximum']) ?? numberIn(schema['exclusiveMaximum']) ?? least + 9,
        least + 9,
      );
      return typeOf(schema) === 'integer'
        ? Math.floor(least + 1 + rng.next() * Math.max(0, most - least - 1))
        : (least + most) / 2;
    }
    case 'boolean':
      return rng.next() < 0.5;
    case 'null':
      return null;
    default:
      return TEXTS[String(schema['format'])] ?? wordsOf(rng, 2);
  }
}

function typeOf({ type, properties }: JsonObject): unknown {
  if (Array.isArray(type)) return type[0];
  return type ?? (properties === undefined ? 'string' : 'object');
}

/** What `#/…` points to. Throws where it points to nothing. */
function referred(root: JsonObject, pointer: string): JsonObject {
  let found: unknown = root;
  for (const part of pointer.split('/').slice(1)) found = isObject(found) ? found[part] : undefined;
  if (!isObject(found)) throw new Error(`${pointer}: expected a schema there`);
  return found;
}
