/** What is read of a JSON Schema. */
export interface Schema {
  $ref?: string;
  type?: string | readonly string[];
  const?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  items?: boolean | Schema;
  prefixItems?: readonly Schema[];
  description?: string;
}

interface Content {
  content?: Readonly<Record<string, { schema?: Schema }>>;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  schema: Schema;
}

export interface OperationObject {
  operationId: string;
  summary: string;
  description?: string;
  parameters: readonly Parameter[];
  requestBody?: Content & { required: boolean };
  responses: Readonly<Record<string, Content>>;
}

/** What is read of `dist/openapi.json`. */
export interface OpenApi {
  paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  components: { schemas: Readonly<Record<string, Schema>> };
}

/** `exclude` or `max_cost_usd` as `Exclude` and `MaxCostUsd`. */
export const pascal = (text: string): string =>
  text.replaceAll(/(?:^|[^a-zA-Z0-9]+)([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());

const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global ' +
    'if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

/** Whether Python takes it as the name of a field. */
export const isName = (text: string): boolean => /^[a-zA-Z_]\w*$/.test(text) && !KEYWORDS.has(text);

/** A name that Python takes: `from_` for `from`. */
export function nameOf(text: string): string {
  const name = text.replaceAll(/\W+/g, '_').toLowerCase();
  return KEYWORDS.has(name) ? `${name}_` : name;
}

/** A text of Python. JSON's escapes are Python's too. */
export const literal = (value: unknown): string => {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return JSON.stringify(value);
};

/** A docstring of one line or several. */
export function docstring(indent: string, ...parts: readonly (string | undefined)[]): string {
  const text = parts.filter((part) => part !== undefined).join(`\n\n${indent}`);
  return `${indent}"""${text.replaceAll('\\', '\\\\').replaceAll('"""', '\\"\\"\\"').replace(/"$/, '" ')}"""\n`;
}
