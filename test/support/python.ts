import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const INSTALL_MS = 240_000;

/** Python with packages: the environment to run `python3` in, or why there is none. */
export type Python = { env: NodeJS.ProcessEnv } | { lacking: string };

function withPath(folder: string): NodeJS.ProcessEnv {
  const known = process.env['PYTHONPATH'];
  return { ...process.env, PYTHONPATH: known === undefined ? folder : folder + delimiter + known };
}

const imports = (modules: readonly string[], env: NodeJS.ProcessEnv): boolean =>
  spawnSync('python3', ['-c', `import ${modules.join(', ')}`], { env }).status === 0;

/** Installs a package into `folder`, whole or not at all; answers what pip said where it could not. */
function install(requirement: string, folder: string, cache: string): string | undefined {
  mkdirSync(cache, { recursive: true });
  const half = mkdtempSync(join(cache, 'half-'));
  const options = ['--quiet', '--disable-pip-version-check', '--root-user-action=ignore', '--retries', '0'];
  const { status, stderr, error } = spawnSync(
    'python3',
    ['-m', 'pip', 'install', ...options, '--target', half, requirement],
    { encoding: 'utf8', timeout: INSTALL_MS },
  );
  try {
    // Another process may have been quicker.
    if (status === 0 && !existsSync(folder)) renameSync(half, folder);
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
  return status === 0 ? undefined : (error?.message ?? stderr.trim().split('\n').at(-1));
}

/**
 * Finds `python3` that has the modules of a package; where it has not, installs the package into a cache of this user,
 * beside what the machine has. With CI=true, throws where that can't be.
 *
 * @param requirement as pip takes it, such as `openai==3.22.1`
 */
export function pythonWith(requirement: string, ...modules: string[]): Python {
  if (imports(modules, process.env)) return { env: process.env };
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pointsman-tests');
  const folder = join(cache, requirement.replaceAll(/[^\w.]+/g, '-'));
  const said = existsSync(folder) ? `${folder} is not whole: remove it` : install(requirement, folder, cache);
  const env = withPath(folder);
  if (imports(modules, env)) return { env };
  const what = `python3 with ${modules.join(' and ')}`;
  const lacking = `${what} not found, nor installed (pip install ${requirement}): ${said}`;
  if (process.env['CI'] === 'true') throw new Error(lacking);
  return { lacking };
}
