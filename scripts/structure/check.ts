/**
 * `npm run lint`: holds the order of the folders of `src`, their freedom from circles, what each may know, and the
 * longest line. Prints each fault on a line, and ends with exit code 1 where there is one.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/paths.js';
import { circles, longLines, misordered, trespassing } from './faults.js';
import { importsOf, sourcesOf } from './imports.js';
import { FOLDERS } from './order.js';

const imports = importsOf(packageRoot, 'src');
const files = ['src', 'scripts', 'test'].flatMap((folder) => sourcesOf(packageRoot, folder));
const faults = [
  ...misordered(
    imports,
    FOLDERS.map(({ name }) => name),
  ),
  ...circles(imports),
  ...trespassing(imports),
  ...files.flatMap((file) => longLines(file, readFileSync(join(packageRoot, file), 'utf8'))),
];
for (const fault of faults) process.stdout.write(`${fault}\n`);
process.stdout.write(`structure: ${FOLDERS.length} folders, ${files.length} files, ${faults.length} faults\n`);
if (faults.length > 0) process.exitCode = 1;
