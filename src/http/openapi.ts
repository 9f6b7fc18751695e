import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../base/errors.js';
import { JSON_TYPE } from './body.js';
import { Problem, PROBLEM_TYPE } from './problem.js';
import type { Answer, Operation, Resource } from './resource.js';

type Json = Record<string, unknown>;

/** Collects the schemas that have an id under `components`, and refers to them. */
function createSchemas(): { components: Json; refer(schema: z.ZodType): unknown } {
  const components: Json = {};
  return {
    components,
    refer(schema) {
      const text = JSON.stringify(z.toJSONSchema(schema, { io: 'input' })).replaceAll(
        '"#/$defs/',
        '"#/components/schemas/',
      );
      const { $schema: _dialect, $defs, id: _id, ...own } = JSON.parse(text) as Json & { $defs?: Record<string, Json> };
      for (const [id, { id: _name, ...definition }] of Object.entries($defs ?? {})) components[id] ??= definition;
      const id = z.globalRegistry.get(schema)?.id;
      if (id === undefined) return own;
      components[id] ??= own;
      return { $ref: `#/components/schemas/${id}` };
    },
  };
}

/** Errors by status, as one status may have several codes. */
function errorAnswers(codes: readonly ErrorCode[], problem: unknown): Json {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes)
    byStatus.set(ERROR_CODES[code].status, [...(byStatus.get(ERROR_CODES[code].status) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [
      status,
      {
        description: same.map((code) => `\`${code}\`: ${ERROR_CODES[code].title}`).join('; '),
        content: { [PROBLEM_TYPE]: { schema: problem } },
      },
    ]),
  );
}

/** Errors that follow from what an operation takes. */
function impliedErrors(method: string, { body, query }: Operation, resource: Resource): ErrorCode[] {
  const fromBody: ErrorCode[] =
    body === undefined ? [] : ['invalid_request', 'invalid_json', 'payload_too_large', 'unsupported_media_type'];
  // Whatever stores something may find another process writing.
  const stores = method === 'put' || method === 'delete' || /\/(?:feedback|activate)$/.test(resource.path);
  const fromStoring: ErrorCode[] = stores ? ['ledger_busy'] : [];
  return [
    ...fromBody,
    ...fromStoring,
    ...(query !== undefined || resource.parameters !== undefined ? (['invalid_request'] as const) : []),
    'internal',
  ];
}

function contentOf(types: readonly string[] | undefined, schema: unknown): Json {
  return Object.fromEntries((types ?? [JSON_TYPE]).map((type) => [type, { schema }]));
}

/** The OpenAPI 3.1 document of the given resources, made from the schemas that validate. */
export function createOpenApi(resources: readonly Resource[]): Json {
  const { components, refer } = createSchemas();
  const problem = refer(Problem);

  function parametersOf(resource: Resource, { query, headers }: Operation): Json[] {
    const inPath = Object.entries(resource.parameters ?? {}).map(([name, { schema, description }]) => ({
      name,
      in: 'path',
      required: true,
      description,
      schema: refer(schema),
    }));
    const inQuery = Object.entries(query?.shape ?? {}).map(([name, field]) => {
      const schema = field as z.ZodType;
      return {
        name,
        in: 'query',
        required: !schema.safeParse(undefined).success,
        ...(schema.description === undefined ? {} : { description: schema.description }),
        schema: refer(schema),
      };
    });
    const inHeader = Object.entries(headers ?? {}).map(([name, { description, schema }]) => ({
      name,
      in: 'header',
      required: false,
      description,
      schema: refer(schema),
    }));
    return [...inPath, ...inQuery, ...inHeader];
  }

  function answerOf({ description, schema, types }: Answer): Json {
    return schema === undefined ? { description } : { description, content: contentOf(types, refer(schema)) };
  }

  function operationOf(resource: Resource, method: string, operation: Operation): Json {
    const { summary, description, body, answers, errors } = operation;
    const codes = [...new Set([...impliedErrors(method, operation, resource), ...errors])];
    return {
      operationId: `${method}${resource.path.replace(/\W+(\w)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? '')}`,
      tags: [resource.tag],
      summary,
      ...(description === undefined ? {} : { description }),
      parameters: parametersOf(resource, operation),
      ...(body === undefined
        ? {}
        : { requestBody: { required: body.required, content: contentOf(body.types, refer(body.schema)) } }),
      responses: {
        ...errorAnswers(codes, problem),
        ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerOf(answer)])),
      },
    };
  }

  const paths: Json = {};
  for (const resource of resources) {
    const operations = Object.entries(resource.operations).map(
      ([method, operation]) => [method, operationOf(resource, method, operation)] as const,
    );
    paths[resource.path] = Object.fromEntries(operations);
    for (const alias of resource.aliases ?? [])
      paths[alias] = Object.fromEntries(
        operations.map(([method, operation]) => [
          method,
          {
            ...operation,
            operationId: `${String(operation['operationId'])}Alias`,
            summary: `${String(operation['summary'])} (the same as ${resource.path})`,
          },
        ]),
      );
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Pointsman',
      version: '1',
      description:
        'Learned LLM profiles and routing scores from your own interaction logs. Errors are RFC 9457 problem ' +
        'documents with a stable `code`.',
    },
    servers: [{ url: '/' }],
    paths,
    components: { schemas: components },
  };
}
