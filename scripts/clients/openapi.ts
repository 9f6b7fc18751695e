/**
 * Part of `npm run build`: writes the API's description to `dist/openapi.json`, and its types to
 * `dist/src/client/openapi.d.ts`, of which the client and the dashboard are made.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { packageRoot } from '../../src/base/paths.js';
import type { Context } from '../../src/http/context.js';
import { createOpenApi } from '../../src/http/kit/openapi.js';
import { operationsOf } from '../../src/http/resources/index.js';

/** Stands for what operations run on: they are described, and none runs. */
const nothing: unknown = new Proxy(() => nothing, { get: () => nothing });

const document = createOpenApi(operationsOf(nothing as Context));
writeFileSync(join(packageRoot, 'dist', 'openapi.json'), `${JSON.stringify(document, null, 1)}\n`);

const types = await openapiTypescript(document as unknown as Parameters<typeof openapiTypescript>[0], {
  alphabetize: false,
  // An answer has every field that has a default; a request need not.
  defaultNonNullable: false,
});
const folder = join(packageRoot, 'dist', 'src', 'client');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'openapi.d.ts'), astToString(types));
