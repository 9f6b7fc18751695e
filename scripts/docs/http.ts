import { cell, codeIn, markdownTable, page } from './markdown.js';
import { schemaSection, typeOf } from './schemas.js';
import type { ApiDocument, ApiOperation, ReferencePage } from './types.js';

function parametersOf({ parameters }: ApiOperation): string {
  return markdownTable(
    ['parameter', 'in', 'is', ''],
    parameters.map(({ name, in: place, required, description, schema }) => [
      `${codeIn(name)}${required ? ' *' : ''}`,
      place,
      typeOf(schema),
      cell(description ?? schema.description ?? ''),
    ]),
  );
}

function bodyOf({ requestBody }: ApiOperation): string {
  if (requestBody?.content === undefined) return '';
  const byType = Object.entries(requestBody.content);
  const types = byType.map(([type]) => codeIn(type)).join(', ');
  return `Body: ${typeOf(byType[0]![1].schema)} (${types})${requestBody.required ? '' : ', may be left out'}`;
}

function answersOf({ responses }: ApiOperation): string {
  return markdownTable(
    ['status', 'answer', ''],
    Object.entries(responses).map(([status, { description, content }]) => {
      const [first] = Object.values(content ?? {});
      return [status, first === undefined ? '' : typeOf(first.schema), cell(description)];
    }),
  );
}

function operationSection(method: string, path: string, operation: ApiOperation): string {
  const scopes = (operation.security ?? []).flatMap(({ key }) => key ?? []);
  const scope = scopes.length === 0 ? 'Needs no key.' : `Scope: ${scopes.map(codeIn).join(' or ')}`;
  return [
    `### ${codeIn(`${method.toUpperCase()} ${path}`)} {#${operation.operationId.toLowerCase()}}`,
    `${cell(operation.summary)}. ${cell(operation.description ?? '')}`.trim(),
    scope,
    parametersOf(operation),
    bodyOf(operation),
    answersOf(operation),
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** Every operation by its tag, and every schema by its name. */
export function httpPage({ info, paths, components }: ApiDocument): ReferencePage {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))];
  const sections = tags.flatMap((tag) => [
    `## ${tag[0]!.toUpperCase()}${tag.slice(1)}`,
    ...operations
      .filter(({ operation }) => operation.tags.includes(tag))
      .map(({ method, path, operation }) => operationSection(method, path, operation)),
  ]);
  const schemas = Object.entries(components.schemas).map(([name, schema]) => schemaSection(name, schema));
  return {
    name: 'http.md',
    text: page('HTTP', 'the schemas that validate requests (`/openapi.json` of a service)', [
      cell(info.description),
      'A star marks what must be there. Bodies are JSON unless said otherwise.',
      ...sections,
      '## Schemas',
      ...schemas,
    ]),
  };
}
