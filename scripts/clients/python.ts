/**
 * Part of `npm run build`: makes the client for Python of `dist/openapi.json` and what stands in
 * `scripts/clients/python`, whole as `pip install` takes it, in `dist/clients/python`.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/paths.js';
import { createOperations, operationsIn } from './python/operations.js';
import type { OpenApi, Schema } from './python/schema.js';
import { createTypes } from './python/types.js';

const source = join(packageRoot, 'scripts/clients/python');
const target = join(packageRoot, 'dist/clients/python');

/** An object's schema without some of its fields. */
function without({ properties = {}, ...schema }: Schema, ...fields: readonly string[]): Schema {
  return {
    ...schema,
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !fields.includes(name))),
  };
}

const document = JSON.parse(readFileSync(join(packageRoot, 'dist/openapi.json'), 'utf8')) as OpenApi;
const { schemas } = document.components;
const types = createTypes();
for (const [name, schema] of Object.entries(schemas)) types.declare(name, schema);
types.declare('RouteRules', without(schemas['RouteRequest']!, 'query', 'messages'));
const operations = createOperations(types);
for (const one of operationsIn(document)) operations.add(...one);

rmSync(target, { recursive: true, force: true });
mkdirSync(join(target, 'pointsman'), { recursive: true });
for (const name of ['pyproject.toml', 'README.md']) cpSync(join(source, name), join(target, name));
cpSync(join(source, 'pointsman'), join(target, 'pointsman'), {
  recursive: true,
  filter: (path) => !path.endsWith('__pycache__'),
});
writeFileSync(join(target, 'pointsman/types.py'), types.text());
writeFileSync(join(target, 'pointsman/_operations.py'), operations.text());
