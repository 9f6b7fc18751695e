/**
 * Part of `npm run docs:build`: writes the pages of `docs/reference`, which git ignores, of what the code declares, and
 * beside them those documents of other folders that the site shows, too.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/paths.js';
import { programOf } from '../../src/cli/program.js';
import { commandsPage } from './commands.js';
import { errorsPage } from './errors.js';
import { httpPage } from './http.js';
import { COPIED, relinked } from './links.js';
import { metricsPage } from './metrics.js';
import { settingsPage } from './settings.js';
import type { ApiDocument, ReferencePage } from './types.js';

const read = (path: string): string => readFileSync(join(packageRoot, path), 'utf8');

/** Every page of the reference. */
async function referencePages(): Promise<ReferencePage[]> {
  const openapi = JSON.parse(read('dist/openapi.json')) as ApiDocument;
  const commands = (await programOf()).commands;
  return [
    httpPage(openapi),
    commandsPage(commands),
    settingsPage(commands, read('docs/operations.md'), openapi),
    errorsPage(read('docs/errors.md')),
    metricsPage(),
    ...Object.entries(COPIED).map(([path, name]) => ({ name, text: relinked(read(path), path, `reference/${name}`) })),
  ];
}

const folder = join(packageRoot, 'docs/reference');
const pages = await referencePages();
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const { name, text } of pages) writeFileSync(join(folder, name), text);
process.stdout.write(`docs/reference: ${pages.map(({ name }) => name).join(', ')}\n`);
