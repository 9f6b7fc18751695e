/**
 * `npm run structure`: writes what is derived from the tree, the rooms and the picture in `docs/architecture.md` and
 * the checksums of new migrations. `npm run lint` says when that is due.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/paths.js';
import { architecture, checksumFile } from './derived.js';
import { importsOf } from './imports.js';

for (const { path, text } of [architecture(packageRoot, importsOf(packageRoot, 'src')), checksumFile(packageRoot)]) {
  if (readFileSync(join(packageRoot, path), 'utf8') === text) continue;
  writeFileSync(join(packageRoot, path), text);
  process.stdout.write(`wrote ${path}\n`);
}
