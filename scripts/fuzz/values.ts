import type { Rng } from '../../src/base/rng.js';
import type { OpenApiDocument } from '../openapi/document.js';
import { oneOf } from './nasty.js';
import type { PoolName, Pools } from './pools.js';

/** What is read of a JSON Schema. */
export interface Schema {
  $ref?: string;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  propertyNames?: Schema;
  items?: Schema;
  prefixItems?: Schema[];
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
}

/** Schemas that are names of something. */
const POOLS: Readonly<Record<string, PoolName>> = {
  LlmId: 'llm',
  TaskId: 'task',
  PolicyName: 'policy',
  DecisionId: 'decision',
  Version: 'version',
  ProviderName: 'provider',
};

/** Cron patterns that fire once a year at most: jobs take the machine's time. */
const CRON = ['0 3 1 1 *', '0 0 29 2 *', '0 0 0 1 1 *', 'nonsense', '* * *'];
/** Closed ports of this machine: nothing is posted elsewhere. */
const URLS = ['http://127.0.0.1:1/hook', 'http://127.0.0.1:9/', 'https://127.0.0.1:1/x?y=z'];
const WORDS = ['How', 'far', 'is', 'the', 'moon', 'prove', 'x²', 'λ', '多い', 'rhyme', 'sum', '42', 'ok?', '🙂'];
const DAY_MS = 86_400_000;
const DEEPEST = 6;

/** Fields of which a request has these or those, which schemas do not say. */
const EITHER: readonly (readonly (readonly string[])[])[] = [
  [['query'], ['messages']],
  [['decision_id'], ['query', 'model']],
];

/** The fields that an object is to have of those that exclude each other, and those that it is to be without. */
function chooseFields(schema: Schema, rng: Rng): { without: Set<string>; needed: Set<string> } {
  const [without, needed] = [new Set<string>(), new Set<string>()];
  for (const forms of EITHER) {
    if (!forms.flat().every((name) => name in (schema.properties ?? {}))) continue;
    const chosen = oneOf(rng, forms);
    for (const name of forms.flat()) (chosen.includes(name) ? needed : without).add(name);
  }
  return { without, needed };
}

/** Makes values that a document's schemas allow. */
export type MakeValue = (schema: Schema, rng: Rng) => unknown;

export function createValues({ components }: OpenApiDocument, pools: Pools): MakeValue {
  function text({ format, pattern = '', minLength = 0, maxLength = 60 }: Schema, rng: Rng): string {
    if (format === 'uri') return oneOf(rng, URLS);
    if (format === 'uuid') return pools.pick('decision', rng);
    const time = new Date(Date.now() - rng.int(40) * DAY_MS + (rng.int(4) - 1) * DAY_MS).toISOString();
    if (format === 'date-time') return time;
    if (format === 'date') return time.slice(0, 10);
    if (pattern === '^[0-9a-f]{16}$') return pools.pick('version', rng);
    if (pattern.startsWith('^[\\x21')) return `key-${rng.int(1000)}`;
    if (pattern.startsWith('(?:^|_)(')) return pools.pick('answer', rng);
    if (pattern.startsWith('^[A-Za-z0-9]')) return pools.pick('policy', rng);
    if (pattern !== '') return pools.pick('llm', rng);
    const words = Array.from({ length: 1 + rng.int(8) }, () => oneOf(rng, WORDS)).join(' ');
    return words.slice(0, maxLength).padEnd(minLength, 'x');
  }

  function number({ type, minimum, exclusiveMinimum, maximum }: Schema, rng: Rng): number {
    const low = minimum ?? exclusiveMinimum ?? 0;
    const high = Math.max(low, Math.min(maximum ?? low + 1000, low + 10 ** rng.int(4)));
    const value = rng.next() < 0.2 ? oneOf(rng, [low, high]) : low + rng.next() * (high - low);
    const whole = type === 'integer' ? Math.floor(value) : value;
    return exclusiveMinimum !== undefined && whole <= exclusiveMinimum ? Math.ceil(exclusiveMinimum + 0.5) : whole;
  }

  function object(schema: Schema, rng: Rng, depth: number): object {
    const { without, needed } = chooseFields(schema, rng);
    const required = new Set([...(schema.required ?? []), ...needed]);
    const share = oneOf(rng, [0, 0, 0.1, 0.3, depth > 1 ? 0.1 : 0.7]);
    const value: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(schema.properties ?? {}))
      if (!without.has(name) && (required.has(name) || (depth < DEEPEST && rng.next() < share)))
        value[name] = named(name, field, rng, depth + 1);
    const { additionalProperties: rest, propertyNames } = schema;
    if (typeof rest === 'object' && depth < DEEPEST)
      for (let n = rng.int(3); n > 0; n--)
        value[String(make(propertyNames ?? { type: 'string' }, rng, depth + 1))] = make(rest, rng, depth + 1);
    return value;
  }

  function named(name: string, schema: Schema, rng: Rng, depth: number): unknown {
    if (name === 'pattern' && schema.type === 'string') return oneOf(rng, CRON);
    return make(schema, rng, depth);
  }

  function array({ items = {}, prefixItems, minItems = 0, maxItems = 5 }: Schema, rng: Rng, depth: number): unknown[] {
    if (prefixItems !== undefined) return prefixItems.map((item) => make(item, rng, depth + 1));
    const most = depth >= DEEPEST ? minItems : Math.min(maxItems, minItems + oneOf(rng, [1, 3, depth < 2 ? 40 : 4]));
    return Array.from({ length: minItems + rng.int(most - minItems + 1) }, () => make(items, rng, depth + 1));
  }

  function make(schema: Schema, rng: Rng, depth: number): unknown {
    if (schema.$ref !== undefined) {
      const id = schema.$ref.split('/').at(-1)!;
      const pool = POOLS[id];
      return pool === undefined ? make(components.schemas[id] as Schema, rng, depth) : pools.pick(pool, rng);
    }
    if ('const' in schema) return schema.const;
    if (schema.enum !== undefined) return oneOf(rng, schema.enum);
    if (schema.anyOf !== undefined) {
      // The deeper, the plainer: the first alternative of what refers to itself is plain.
      return make(depth >= DEEPEST ? schema.anyOf[0]! : oneOf(rng, schema.anyOf), rng, depth + 1);
    }
    switch (schema.type) {
      case 'string':
        return text(schema, rng);
      case 'number':
      case 'integer':
        return number(schema, rng);
      case 'boolean':
        return rng.next() < 0.5;
      case 'null':
        return null;
      case 'array':
        return array(schema, rng, depth);
      case 'object':
        return object(schema, rng, depth);
      default:
        return oneOf(rng, [null, 1, 'any', [1], { any: 1 }]);
    }
  }

  return (schema, rng) => make(schema, rng, 0);
}
