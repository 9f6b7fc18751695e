import type { z } from 'zod';
import { parse } from '../schema/parse.js';

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Kind of a field, below what makes it optional. */
function kindOf(field: unknown): string {
  let def = (field as z.ZodType).def as { type: string; innerType?: z.ZodType };
  while ((def.type === 'optional' || def.type === 'default') && def.innerType !== undefined)
    def = def.innerType.def as typeof def;
  return def.type;
}

/** A parameter's text as its field's kind has it; what does not fit is left as it came, for the schema to name. */
function coerce(kind: string, value: unknown): unknown {
  if (kind === 'array') return (Array.isArray(value) ? value : [value]).flatMap((part) => String(part).split(','));
  if (typeof value !== 'string') return value;
  if (kind === 'number' && NUMBER.test(value)) return Number(value);
  if (kind === 'boolean' && (value === 'true' || value === '1')) return true;
  if (kind === 'boolean' && (value === 'false' || value === '0')) return false;
  return value;
}

/**
 * Query parameters by a strict schema: numbers, booleans (`true`, `false`, `1`, `0`) and lists (repeated, or
 * with commas) are read from their text. Throws `invalid_request` for parameters the schema does not name.
 */
export function parseQuery<T extends z.ZodObject>(schema: T, query: Record<string, unknown>): z.output<T> {
  const values = Object.entries(query).map(([name, value]): [string, unknown] => {
    const field: unknown = Object.hasOwn(schema.shape, name) ? schema.shape[name] : undefined;
    return [name, field === undefined ? value : coerce(kindOf(field), value)];
  });
  return parse(schema, Object.fromEntries(values));
}
