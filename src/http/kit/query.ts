import { parse as parseSearch } from 'node:querystring';
import type { z } from 'zod';
import { parse } from '../../schema/parse.js';

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
 * A parser of query strings by a strict schema: numbers, booleans (`true`, `false`, `1`, `0`) and lists (repeated, or
 * with commas) are read from their text. It throws `invalid_request` for parameters that the schema does not name.
 */
export function queryParser<T extends z.ZodObject>(schema: T): (search: string) => z.output<T> {
  const kinds = new Map(Object.entries(schema.shape).map(([name, field]) => [name, kindOf(field)]));
  return (search) => {
    // Unless told, it would leave out all after the thousandth.
    const values: Record<string, unknown> = parseSearch(search, '&', '=', { maxKeys: 0 });
    for (const name of Object.keys(values)) {
      const kind = kinds.get(name);
      if (kind !== undefined) values[name] = coerce(kind, values[name]);
    }
    return parse(schema, values);
  };
}
