/**
 * `npm run lint`: holds the order of the folders of `src`, their freedom from circles, what each may know, the longest
 * line, migrations that are only added to, documents that agree with the tree, and the licences and install scripts of
 * packages. Prints each fault on a line, and ends with exit code 1 where there is one.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/paths.js';
import { architecture, migrationsOf } from './derived.js';
import { circles, longLines, misordered, trespassing } from './faults.js';
import { importsOf, sourcesOf } from './imports.js';
import { alteredMigrations } from './migrations.js';
import { FOLDERS } from './order.js';
import { packageFaults, type LockedPackage } from './packages.js';
import { missingPaths } from './paths.js';

const read = (path: string): string => readFileSync(join(packageRoot, path), 'utf8');

const imports = importsOf(packageRoot, 'src');
const { present, locked } = migrationsOf(packageRoot);
const derived = architecture(packageRoot, imports);
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(packageRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    // What is made of the code names what the code names.
    .filter((name) => !name.startsWith('reference/') && !name.startsWith('.vitepress/'))
    .map((name) => `docs/${name}`),
];
const files = ['src', 'scripts', 'test'].flatMap((folder) => sourcesOf(packageRoot, folder));
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> };
const faults = [
  ...packageFaults(packages),
  ...misordered(
    imports,
    FOLDERS.map(({ name }) => name),
  ),
  ...circles(imports),
  ...trespassing(imports),
  ...files.flatMap((file) => longLines(file, read(file))),
  ...alteredMigrations(present, locked),
  ...documents
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) => missingPaths(path, read(path), (named) => existsSync(join(packageRoot, named)))),
  ...(read(derived.path) === derived.text
    ? []
    : [`${derived.path}: its rooms or its picture are out of date: run \`npm run structure\``]),
];
for (const fault of faults) process.stdout.write(`${fault}\n`);
process.stdout.write(`structure: ${FOLDERS.length} folders, ${files.length} files, ${faults.length} faults\n`);
if (faults.length > 0) process.exitCode = 1;
