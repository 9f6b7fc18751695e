import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../../base/errors.js';
import { SSE_TYPE } from './answer.js';
import { JSON_OR_YAML, JSON_TYPE } from './body.js';
import type { ErrorForm } from './error-form.js';
import { errorsOf, type AnswerDoc, type Operation } from './operation.js';
import { problemForm } from './problem.js';
import { byPath } from './router.js';

type Json = Record<string, unknown>;

/** Whether a schema describes what may come (defaults may be left out) or what is answered (they are there). */
type Direction = 'input' | 'output';

/** Where references to schemas of answers lead, until it is known which of them are those of requests. */
const OUTPUT_PLACE = '#/components/outputs/';
const PLACE = '#/components/schemas/';

/** Ids of answers' schemas that are not the same in requests, or that refer to one that is not. */
function differing(inputs: Json, outputs: Json): Set<string> {
  const texts = new Map(Object.entries(outputs).map(([id, schema]) => [id, JSON.stringify(schema)]));
  const found = new Set<string>();
  for (const [id, text] of texts)
    if (id in inputs && text.replaceAll(OUTPUT_PLACE, PLACE) !== JSON.stringify(inputs[id])) found.add(id);
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const [id, text] of texts)
      if (id in inputs && [...found].some((other) => text.includes(`"${OUTPUT_PLACE}${other}"`))) found.add(id);
  }
  return found;
}

/** Collects the schemas that have an id, and refers to them. */
function createSchemas(): {
  refer(schema: z.ZodType, direction: Direction): unknown;
  /** A document's parts with the references made, and the schemas that they lead to. */
  resolve(parts: Json): { parts: Json; schemas: Json };
} {
  const collected: Record<Direction, Json> = { input: {}, output: {} };
  return {
    refer(schema, io) {
      const place = io === 'input' ? PLACE : OUTPUT_PLACE;
      const text = JSON.stringify(z.toJSONSchema(schema, { io })).replaceAll('"#/$defs/', `"${place}`);
      const { $schema: _dialect, $defs, id: _id, ...own } = JSON.parse(text) as Json & { $defs?: Record<string, Json> };
      const components = collected[io];
      for (const [id, { id: _name, ...definition }] of Object.entries($defs ?? {})) components[id] ??= definition;
      const id = z.globalRegistry.get(schema)?.id;
      if (id === undefined) return own;
      components[id] ??= own;
      return { $ref: `${place}${id}` };
    },
    resolve(parts) {
      const { input, output } = collected;
      const apart = differing(input, output);
      const nameOf = (id: string): string => (apart.has(id) ? `${id}Output` : id);
      const renamed = Object.fromEntries(Object.entries(output).map(([id, schema]) => [nameOf(id), schema]));
      const text = JSON.stringify({ parts, schemas: { ...input, ...renamed } });
      return JSON.parse(
        text.replaceAll(/"#\/components\/outputs\/(\w+)"/g, (_, id: string) => `"${PLACE}${nameOf(id)}"`),
      );
    },
  };
}

/** Errors by status, as one status may have several codes. */
function errorAnswers(codes: readonly ErrorCode[], { contentType }: ErrorForm, schema: unknown): Json {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes)
    byStatus.set(ERROR_CODES[code].status, [...(byStatus.get(ERROR_CODES[code].status) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [
      status,
      {
        description: same.map((code) => `\`${code}\`: ${ERROR_CODES[code].title}`).join('; '),
        content: { [contentType]: { schema } },
      },
    ]),
  );
}

/** By media type; events of a stream are a text, whatever they hold. */
function contentOf(types: readonly string[], schema: unknown): Json {
  return Object.fromEntries(types.map((type) => [type, { schema: type === SSE_TYPE ? { type: 'string' } : schema }]));
}

const KEY_SCHEME = {
  type: 'http',
  scheme: 'bearer',
  description:
    'A key, `pk_<public id>_<secret>`. A service on a loopback address asks for none until the first is made.',
};

/** `put` and `/v1/models/{id}` as `putV1ModelsId`. */
function operationId(method: string, path: string): string {
  return method + path.replace(/\W+(\w)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? '');
}

function describedBy({ description }: z.ZodType): Json {
  return description === undefined ? {} : { description };
}

/** The OpenAPI 3.1 document of operations, made from the schemas that validate. */
export function createOpenApi(operations: readonly Operation[]): Json {
  const { refer, resolve } = createSchemas();

  function parametersOf({ params, query, headers }: Operation): Json[] {
    const inPath = Object.entries(params ?? {}).map(([name, { schema, description }]) => ({
      name,
      in: 'path',
      required: true,
      description,
      schema: refer(schema, 'input'),
    }));
    const fieldsIn = (place: 'query' | 'header', fields: z.ZodObject | undefined): Json[] =>
      Object.entries(fields?.shape ?? {}).map(([name, field]) => {
        const schema = field as z.ZodType;
        return {
          name,
          in: place,
          required: !schema.safeParse(undefined).success,
          ...describedBy(schema),
          schema: refer(schema, 'input'),
        };
      });
    return [...inPath, ...fieldsIn('query', query), ...fieldsIn('header', headers)];
  }

  function answerOf({ description, schema, types }: AnswerDoc, yaml: boolean | undefined): Json {
    if (schema === undefined) return { description };
    return { description, content: contentOf(types ?? (yaml ? JSON_OR_YAML : [JSON_TYPE]), refer(schema, 'output')) };
  }

  function describe(operation: Operation): Json {
    const {
      method,
      path,
      tag,
      scope,
      orScope,
      summary,
      description,
      body,
      yaml,
      answers,
      errorForm = problemForm,
    } = operation;
    const types = yaml ? JSON_OR_YAML : [JSON_TYPE];
    return {
      operationId: operationId(method.toLowerCase(), path),
      tags: [tag],
      summary,
      ...(description === undefined ? {} : { description }),
      // OpenAPI 3.1 lets any scheme name what it needs, not only OAuth's.
      security: [scope, orScope].flatMap((one) => (one ? [{ key: [one] }] : [])),
      parameters: parametersOf(operation),
      ...(body === undefined
        ? {}
        : { requestBody: { required: body.required, content: contentOf(types, refer(body.schema, 'input')) } }),
      responses: {
        ...errorAnswers(errorsOf(operation), errorForm, refer(errorForm.schema, 'output')),
        ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerOf(answer, yaml)])),
      },
    };
  }

  function describeAlias(operation: Operation): Json {
    const own = describe(operation);
    return {
      ...own,
      operationId: `${String(own['operationId'])}Alias`,
      summary: `${operation.summary} (the same as ${operation.path})`,
    };
  }

  const described = [...byPath(operations)].map(([path, own]) => [
    path,
    Object.fromEntries(
      own.map((one) => [one.method.toLowerCase(), one.path === path ? describe(one) : describeAlias(one)]),
    ),
  ]);
  const { parts: paths, schemas } = resolve(Object.fromEntries(described));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Pointsman',
      version: '1',
      description:
        'Learned LLM profiles and routing scores from your own interaction logs. Errors are RFC 9457 problem ' +
        'documents with a stable `code`, but those of calls are in the form of OpenAI’s or Anthropic’s protocol, ' +
        'with it at `error.code`; a path that is not there is answered 404 `route_not_found`, and a method that it ' +
        'has not got 405 `method_not_allowed`, with the methods in `Allow`.',
    },
    servers: [{ url: '/' }],
    paths,
    components: { schemas, securitySchemes: { key: KEY_SCHEME } },
  };
}
