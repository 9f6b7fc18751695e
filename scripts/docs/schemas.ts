import { cell, codeIn, markdownTable } from './markdown.js';
import type { Schema } from './types.js';

/** Where the reference shows a schema. */
export const anchorOf = (name: string): string => `schema-${name.toLowerCase()}`;

const nameOf = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1);

/** A schema in a few words: `integer, 1 to 100`, a link to one with a name. */
export function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return `[${nameOf(schema.$ref)}](#${anchorOf(nameOf(schema.$ref))})`;
  if (schema.const !== undefined) return codeIn(JSON.stringify(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((one) => codeIn(JSON.stringify(one))).join(' or ');
  const several = schema.anyOf ?? schema.oneOf;
  if (several !== undefined) return [...new Set(several.map(typeOf))].join(' or ');
  if (schema.allOf !== undefined) return schema.allOf.map(typeOf).join(' and ');
  const { type, items, additionalProperties } = schema;
  if (Array.isArray(type)) return type.join(' or ');
  if (type === 'array') {
    const of = typeof items === 'object' ? ` of ${typeOf(items)}` : '';
    return `list${of}${boundsOf(schema.minItems, schema.maxItems, ' items')}`;
  }
  if (type === 'object' && typeof additionalProperties === 'object' && schema.properties === undefined)
    return Object.keys(additionalProperties).length > 0 ? `object of ${typeOf(additionalProperties)}` : 'object';
  return `${type ?? 'any JSON'}${numberBounds(schema)}${boundsOf(schema.minLength, schema.maxLength, ' characters')}`;
}

function numberBounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  const low = exclusiveMinimum === undefined ? minimum : `more than ${exclusiveMinimum}`;
  const high = exclusiveMaximum === undefined ? maximum : `less than ${exclusiveMaximum}`;
  return boundsOf(low, high, '');
}

function boundsOf(low: number | string | undefined, high: number | string | undefined, unit: string): string {
  // The ends of what JavaScript counts exactly are no bounds that anybody meant.
  const told = (end: number | string | undefined): boolean =>
    end !== undefined && (typeof end === 'string' || Math.abs(end) < Number.MAX_SAFE_INTEGER);
  if (told(low) && told(high)) return low === high ? `, ${low}${unit}` : `, ${low} to ${high}${unit}`;
  if (told(high)) return `, at most ${high}${unit}`;
  return told(low) ? `, ${typeof low === 'string' ? low : `at least ${low}`}${unit}` : '';
}

interface Field {
  path: string;
  schema: Schema;
  required: boolean;
}

/** The fields of an object, those of objects in it too, as paths. */
function fieldsOf(schema: Schema, prefix = ''): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const own = { path, schema: field, required: schema.required?.includes(name) ?? false };
    const inner = field.type === 'array' && typeof field.items === 'object' ? field.items : field;
    const step = inner === field ? '.' : '[].';
    return [own, ...(inner.properties === undefined ? [] : fieldsOf(inner, `${path}${step}`))];
  });
}

/** The fields of an object as a table; nothing for what is none. */
export function fieldTable(schema: Schema): string {
  const rows = fieldsOf(schema).map(({ path, schema: field, required }) => [
    `${codeIn(path)}${required ? ' *' : ''}`,
    typeOf(field),
    field.default === undefined ? '' : codeIn(JSON.stringify(field.default)),
    cell(field.description ?? ''),
  ]);
  return markdownTable(['field', 'is', 'default', ''], rows);
}

/** A schema with a name: what it is, and its fields. */
export function schemaSection(name: string, schema: Schema): string {
  const parts = [
    `### ${name} {#${anchorOf(name)}}`,
    cell(schema.description ?? ''),
    schema.properties === undefined ? `Is ${typeOf({ ...schema })}.` : fieldTable(schema),
    ...(schema.anyOf ?? schema.oneOf ?? []).map(fieldTable),
  ];
  return parts.filter(Boolean).join('\n\n');
}
