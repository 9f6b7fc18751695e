import { answered } from '../problem.js';
import { client } from '../session.js';

/** A value as JSON has it; what is undefined is left out. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json | undefined;
}

/** The parts of JSON Schema that the API's description has. */
export interface JsonSchema {
  $ref?: string;
  type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
  description?: string;
  default?: Json;
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
  items?: boolean | JsonSchema;
  prefixItems?: readonly JsonSchema[];
  minItems?: number;
  enum?: readonly string[];
  const?: Json;
  anyOf?: readonly JsonSchema[];
  oneOf?: readonly JsonSchema[];
  format?: string;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

interface Document {
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: JsonSchema }> } }>>;
  components: { schemas: Record<string, JsonSchema> };
}

let document: Promise<Document> | undefined;

/** The API's description, read once. */
async function readDocument(): Promise<Document> {
  document ??= answered(client.GET('/openapi.json')) as unknown as Promise<Document>;
  try {
    return await document;
  } catch (error) {
    document = undefined;
    throw error;
  }
}

/** What an operation takes, and the schemas that it refers to. */
export interface BodySchema {
  schema: JsonSchema;
  schemas: Readonly<Record<string, JsonSchema>>;
}

/** What an operation of the API takes as its body. */
export async function readBodySchema(method: 'put' | 'post', path: string): Promise<BodySchema> {
  const { paths, components } = await readDocument();
  const schema = paths[path]?.[method]?.requestBody?.content['application/json']?.schema;
  if (schema === undefined) throw new Error(`${method} ${path} takes no body`);
  return { schema, schemas: components.schemas };
}

const REFERENCE = '#/components/schemas/';

/** The name of the schema that is referred to. */
export const nameOf = ({ $ref }: JsonSchema): string | undefined => $ref?.slice(REFERENCE.length);

/** What a schema says once references are followed; what stands beside a reference goes before it. */
export function resolve(schema: JsonSchema, schemas: BodySchema['schemas']): JsonSchema {
  const name = nameOf(schema);
  if (name === undefined) return schema;
  const { $ref: _, ...beside } = schema;
  return { ...resolve(schemas[name] ?? {}, schemas), ...beside };
}

/** How a value is asked for. */
export type Control =
  | 'boolean'
  | 'choice'
  | 'number'
  | 'text'
  | 'long text'
  | 'time'
  | 'names'
  | 'checks'
  | 'rows'
  | 'record'
  | 'group'
  | 'variants'
  | 'json';

export interface Asked {
  control: Control;
  /** With references followed, and without the choice of null. */
  schema: JsonSchema;
  isNullable: boolean;
  /** The name of the schema, by which values are suggested. */
  name: string | undefined;
}

const LONG = 300;

function controlOf(schema: JsonSchema, schemas: BodySchema['schemas']): Control {
  const { type, items, additionalProperties, properties } = schema;
  if ((schema.anyOf ?? schema.oneOf) !== undefined) return 'variants';
  if (schema.enum !== undefined) return 'choice';
  if (type === 'boolean') return 'boolean';
  if (type === 'number' || type === 'integer') return 'number';
  if (type === 'string') {
    if (schema.format === 'date-time') return 'time';
    // What has to be there, and has a form, stands on one line.
    const isOneLine = schema.format !== undefined || schema.minLength !== undefined || schema.pattern !== undefined;
    return (schema.maxLength ?? 0) > LONG && !isOneLine ? 'long text' : 'text';
  }
  if (type === 'array' && typeof items === 'object') {
    const item = resolve(items, schemas);
    if (item.enum !== undefined) return 'checks';
    if (item.type === 'string') return 'names';
    if (item.type === 'object') return 'rows';
  }
  if (type === 'object' && properties !== undefined) return 'group';
  if (type === 'object' && typeof additionalProperties === 'object') {
    const { type: inner, prefixItems } = resolve(additionalProperties, schemas);
    if (inner !== 'object' && prefixItems === undefined) return 'record';
  }
  return 'json';
}

/** How a value of a schema is asked for. */
export function askedOf(schema: JsonSchema, schemas: BodySchema['schemas']): Asked {
  const whole = resolve(schema, schemas);
  const branches = whole.anyOf ?? whole.oneOf;
  const real = branches?.filter(({ type }) => type !== 'null');
  if (branches === undefined || real?.length === branches.length)
    return { control: controlOf(whole, schemas), schema: whole, isNullable: false, name: nameOf(schema) };
  const { anyOf: _, oneOf: __, ...beside } = whole;
  const [one] = real!;
  const inner = real!.length === 1 ? { ...resolve(one!, schemas), ...beside } : { ...beside, anyOf: real! };
  return { control: controlOf(inner, schemas), schema: inner, isNullable: true, name: nameOf(one!) };
}
