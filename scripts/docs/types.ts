/** A JSON schema, as far as the reference shows it. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema | boolean;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  format?: string;
}

interface Content {
  content?: Record<string, { schema: Schema }>;
}

/** One method of a path. */
export interface ApiOperation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security?: { key?: string[] }[];
  parameters: { name: string; in: string; required: boolean; description?: string; schema: Schema }[];
  requestBody?: Content & { required: boolean };
  responses: Record<string, Content & { description: string }>;
}

/** What is read of `dist/openapi.json`. */
export interface ApiDocument {
  info: { title: string; description: string };
  paths: Record<string, Record<string, ApiOperation>>;
  components: { schemas: Record<string, Schema> };
}

/** A command of the command line, as commander holds it. */
export interface CommandDoc {
  name(): string;
  description(): string;
  commands: readonly CommandDoc[];
  registeredArguments: readonly ArgumentDoc[];
  options: readonly OptionDoc[];
}

export interface ArgumentDoc {
  name(): string;
  description: string;
  required: boolean;
  variadic: boolean;
  defaultValue?: unknown;
}

export interface OptionDoc {
  flags: string;
  description: string;
  defaultValue?: unknown;
  envVar?: string | undefined;
  argChoices?: readonly string[] | undefined;
  mandatory?: boolean;
  hidden?: boolean;
}

/** A page that is written: its name below `docs/reference`, and its text. */
export interface ReferencePage {
  name: string;
  text: string;
}
