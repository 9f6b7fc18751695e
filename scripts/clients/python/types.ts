import { docstring, isName, literal, pascal, type Schema } from './schema.js';

const SIMPLE: Readonly<Record<string, string>> = {
  string: 'str',
  integer: 'int',
  number: 'float',
  boolean: 'bool',
  null: 'None',
};

const HEAD = `"""The shapes that the API takes and answers. Made of openapi.json at each build."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict
`;

/** Python's types of JSON Schemas, which get the names that the API's description gives them. */
export interface Types {
  /** The type of a schema; one of an object without a name is declared under `name`. */
  typeOf(schema: Schema, name: string): string;
  /** Declares a type under a name of its own. */
  declare(name: string, schema: Schema): void;
  /** The module of all that was declared. */
  text(): string;
}

const isOpen = ({ additionalProperties }: Schema): boolean =>
  additionalProperties !== undefined && additionalProperties !== false;

/** Types as one of them, each once. */
const oneOf = (types: readonly string[]): string => [...new Set(types)].join(' | ');

/** Where a type stands in a class it is not evaluated; elsewhere it is a text. */
const quoted = (type: string): string =>
  /^[\w.]+$/.test(type) && type.length > 0 ? `"${type}"` : JSON.stringify(type);

export function createTypes(): Types {
  const declared = new Map<string, string>();

  function dictOf(name: string, { properties = {}, required = [], description }: Schema): string {
    const fields = Object.entries(properties).map(([field, schema]) => {
      const type = typeOf(schema, name + pascal(field));
      return { field, type: required.includes(field) ? type : `NotRequired[${type}]`, about: schema.description };
    });
    const about = docstring('    ', description ?? `\`${name}\` of the API.`);
    if (fields.every(({ field }) => isName(field)))
      return `class ${name}(TypedDict):\n${about}${fields
        .map(
          ({ field, type, about: note }) =>
            `\n    ${field}: ${type}\n${note === undefined ? '' : docstring('    ', note)}`,
        )
        .join('')}`;
    const entries = fields.map(({ field, type }) => `    ${literal(field)}: ${quoted(type)},\n`).join('');
    return `${name} = TypedDict("${name}", {\n${entries}})\n`;
  }

  function objectOf(schema: Schema, name: string): string {
    const { properties, additionalProperties: others } = schema;
    if (properties !== undefined && !isOpen(schema)) {
      if (!declared.has(name)) {
        // Held before its fields are declared, which may lead back here.
        declared.set(name, '');
        declared.set(name, dictOf(name, schema));
      }
      return name;
    }
    const known = properties === undefined && typeof others === 'object' && Object.keys(others).length > 0;
    return `dict[str, ${known ? typeOf(others, `${name}Value`) : 'Any'}]`;
  }

  function arrayOf({ items, prefixItems }: Schema, name: string): string {
    if (prefixItems !== undefined)
      return `list[${oneOf(prefixItems.map((item, i) => typeOf(item, `${name}Item${i}`)))}]`;
    return `list[${typeof items === 'object' ? typeOf(items, `${name}Item`) : 'Any'}]`;
  }

  function typeOf(schema: Schema, name: string): string {
    const { $ref, type, anyOf, oneOf: either } = schema;
    if ($ref !== undefined) return $ref.split('/').at(-1)!;
    if ('const' in schema) return `Literal[${literal(schema.const)}]`;
    if (schema.enum !== undefined) return `Literal[${schema.enum.map(literal).join(', ')}]`;
    const choices = anyOf ?? either;
    if (choices !== undefined) {
      const many = choices.filter(({ properties }) => properties !== undefined).length > 1;
      return oneOf(choices.map((one, i) => typeOf(one, many ? `${name}${i + 1}` : name)));
    }
    if (typeof type === 'object') return oneOf(type.map((one) => typeOf({ ...schema, type: one }, name)));
    if (type === 'object') return objectOf(schema, name);
    if (type === 'array') return arrayOf(schema, name);
    return SIMPLE[type ?? ''] ?? 'Any';
  }

  return {
    typeOf,
    declare(name, schema) {
      const type = typeOf(schema, name);
      if (type !== name) declared.set(name, `${name}: TypeAlias = ${quoted(type)}\n`);
    },
    text: () => `${HEAD}\n\n${[...declared.values()].join('\n\n')}`,
  };
}
