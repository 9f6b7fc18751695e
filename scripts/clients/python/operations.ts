import { docstring, literal, nameOf, pascal, type OpenApi, type OperationObject, type Parameter } from './schema.js';
import type { Types } from './types.js';

const HEAD = `"""A method for each operation of the API. Made of openapi.json at each build."""

from __future__ import annotations

from typing import Any, Literal, cast

from . import types
from ._transport import Transport, path_of


class Operations(Transport):
    """The API, operation by operation."""
`;

/** How an answer is read: the transport's method, and the type that comes of it. */
interface Answer {
  read: '_json' | '_text' | '_bytes';
  type: string;
}

/** `getV1ModelsId` as `get_models_id`. */
const methodOf = (operationId: string): string =>
  operationId
    .replace('V1', '')
    .replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    .replaceAll(/_+/g, '_');

/** A type of the module of types, as another module names it. */
const qualified = (type: string): string =>
  type.replaceAll(/\b(?!(?:Any|Literal|None)\b)[A-Z]\w*(?![\w"])/g, (name) => `types.${name}`);

export function createOperations(types: Types): {
  add(method: string, path: string, one: OperationObject): void;
  text(): string;
} {
  const methods = new Map<string, string>();

  function answerOf({ operationId, responses }: OperationObject): Answer {
    const good = Object.entries(responses).filter(([status]) => status.startsWith('2'));
    const contents = good.map(([, { content = {} }]) => content);
    if (contents.every((content) => Object.keys(content).length === 0)) return { read: '_bytes', type: 'None' };
    if (contents.some((content) => 'application/octet-stream' in content)) return { read: '_bytes', type: 'bytes' };
    const shapes = contents.flatMap((content) => content['application/json']?.schema ?? []);
    if (shapes.length === 0) return { read: '_text', type: 'str' };
    const named = shapes.map((schema) => qualified(types.typeOf(schema, `${pascal(methodOf(operationId))}Answer`)));
    return { read: '_json', type: [...new Set(named)].join(' | ') };
  }

  function argumentOf({ name, schema, required, in: place }: Parameter, operationId: string): string {
    const type = qualified(types.typeOf(schema, pascal(methodOf(operationId)) + pascal(name)));
    const given = nameOf(name);
    if (place === 'path') return `${given}: ${type}`;
    return required ? `${given}: ${type}` : `${given}: ${type} | None = None`;
  }

  /** A dictionary of parameters, by the names that the API has for them. */
  const dictOf = (parameters: readonly Parameter[]): string =>
    `{${parameters.map(({ name }) => `${literal(name)}: ${nameOf(name)}`).join(', ')}}`;

  function add(method: string, path: string, one: OperationObject): void {
    const { operationId, parameters, requestBody, summary, description } = one;
    const [inPath, inQuery, inHeader] = (['path', 'query', 'header'] as const).map((place) =>
      parameters.filter((parameter) => parameter.in === place),
    ) as [Parameter[], Parameter[], Parameter[]];
    const body = requestBody?.content?.['application/json']?.schema;
    const bodyType = body && qualified(types.typeOf(body, `${pascal(methodOf(operationId))}Body`));
    const given = [
      'self',
      ...inPath.map((parameter) => argumentOf(parameter, operationId)),
      ...(bodyType === undefined ? [] : [`body: ${bodyType}${requestBody!.required ? '' : ' | None = None'}`]),
      '*',
      ...[...inQuery, ...inHeader].map((parameter) => argumentOf(parameter, operationId)),
      'timeout: float | None = None',
    ];
    const url =
      inPath.length === 0
        ? literal(path)
        : `path_of(${[literal(path), ...inPath.map(({ name }) => `${name}=${nameOf(name)}`)].join(', ')})`;
    const { read, type } = answerOf(one);
    const how = [
      literal(method.toUpperCase()),
      url,
      ...(inQuery.length > 0 ? [`query=${dictOf(inQuery)}`] : []),
      ...(inHeader.length > 0 ? [`headers=${dictOf(inHeader)}`] : []),
      ...(body === undefined ? [] : ['body=body']),
      'timeout=timeout',
    ];
    const call = `self.${read}(${how.join(', ')})`;
    const answered =
      type === 'None' ? call : read === '_json' ? `return cast(${literal(type)}, ${call})` : `return ${call}`;
    // `/metrics` beside `/v1/metrics`.
    const own = methodOf(operationId);
    const called = methods.has(own) ? `${own}_at_root` : own;
    methods.set(
      called,
      `    def ${called}(\n${given.map((one_) => `        ${one_},\n`).join('')}    ) -> ${type}:\n` +
        `${docstring('        ', summary, description)}        ${answered}\n`,
    );
  }

  return { add, text: () => `${HEAD}\n${[...methods.values()].join('\n')}` };
}

/** All operations but those that are another's under a second path, and streams of events, which are read by hand. */
export function* operationsIn({ paths }: OpenApi): Generator<[string, string, OperationObject]> {
  for (const [path, methods] of Object.entries(paths))
    for (const [method, one] of Object.entries(methods)) {
      const types = Object.values(one.responses).flatMap(({ content = {} }) => Object.keys(content));
      const streams = types.includes('text/event-stream') && method === 'get';
      if (!one.operationId.endsWith('Alias') && !streams) yield [method, path, one];
    }
}
