import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startService, type Service } from './service.js';

interface Schema {
  [key: string]: unknown;
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
}
interface Document {
  paths: Record<
    string,
    Record<
      string,
      { parameters: { name: string; schema: Schema }[]; requestBody?: { content: Record<string, { schema: Schema }> } }
    >
  >;
  components: { schemas: Record<string, Schema> };
}

let service: Service;
let api: Document;
before(async () => {
  service = await startService();
  api = (await (await fetch(`${service.url}/openapi.json`)).json()) as Document;
});
after(() => service.remove());

const has = (schema: Schema, ...names: string[]): boolean => names.some((name) => schema[name] !== undefined);

/** What is not bounded of a value of this schema, by where it stands. */
function unbounded(schema: Schema, where: string, seen: ReadonlySet<string> = new Set()): string[] {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1)!;
    if (seen.has(name)) return [];
    return unbounded(api.components.schemas[name]!, `${where}<${name}>`, new Set([...seen, name]));
  }
  if (has(schema, 'const', 'enum')) return [];
  const found: string[] = [];
  if (schema.type === 'number' || schema.type === 'integer') {
    const [least, most] = [
      schema['minimum'] ?? schema['exclusiveMinimum'],
      schema['maximum'] ?? schema['exclusiveMaximum'],
    ];
    // JavaScript's largest integer is what a schema has that names none.
    const unset = [undefined, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    if (unset.includes(least as number)) found.push(`${where}: no minimum`);
    if (unset.includes(most as number)) found.push(`${where}: no maximum`);
  }
  if (schema.type === 'string' && !has(schema, 'maxLength', 'format', 'pattern')) found.push(`${where}: no maxLength`);
  if (schema.type === 'array' && !has(schema, 'maxItems', 'prefixItems')) found.push(`${where}: no maxItems`);
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    found.push(...unbounded(property, `${where}.${name}`, seen));
  for (const key of ['items', 'additionalProperties', 'propertyNames'] as const)
    if (typeof schema[key] === 'object') found.push(...unbounded(schema[key] as Schema, `${where}[${key}]`, seen));
  for (const key of ['anyOf', 'oneOf', 'allOf', 'prefixItems'] as const)
    for (const part of (schema[key] as Schema[] | undefined) ?? []) found.push(...unbounded(part, where, seen));
  return found;
}

test('every number, text and list that a request may hold is bounded', () => {
  let checked = 0;
  const found: string[] = [];
  for (const [path, methods] of Object.entries(api.paths))
    for (const [method, { parameters, requestBody }] of Object.entries(methods)) {
      const at = `${method} ${path}`;
      for (const { name, schema } of parameters) found.push(...unbounded(schema, `${at} ?${name}`));
      for (const { schema } of Object.values(requestBody?.content ?? {}))
        found.push(...unbounded(schema, `${at} body`));
      checked += parameters.length + (requestBody === undefined ? 0 : 1);
    }
  assert.ok(checked > 50, `only ${checked} parameters and bodies`);
  assert.deepEqual([...new Set(found)], []);
});
