import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { nodeHeaders } from './needs.js';
import { mustRun } from './run.js';
import { addonFolder, holdsAddon } from './verify.js';
import { ADDON_PACKAGE, TFJS_VERSION } from './versions.js';

interface LockFile {
  packages: Record<string, { version?: string }>;
}

/**
 * Whether the npm package is there, whole and of the right version: {@link installPackage} moves it in place when npm
 * is done.
 */
export function packageInstalled(dir: string): boolean {
  const file = join(dir, 'node_modules/.package-lock.json');
  if (!existsSync(file) || !holdsAddon(dir)) return false;
  const lock = JSON.parse(readFileSync(file, 'utf8')) as LockFile;
  return lock.packages[`node_modules/${ADDON_PACKAGE}`]?.version === TFJS_VERSION;
}

/**
 * Installs the npm package in a project of its own, without its install script, which would download
 * TensorFlow 2.9. Apart, then renamed: npm takes the folders that a killed npm left for whole ones.
 */
export async function installPackage(dir: string, log: string): Promise<void> {
  const manifest = {
    private: true,
    description: 'TensorFlow for Pointsman, made by npm run setup:tensorflow',
    dependencies: { [ADDON_PACKAGE]: TFJS_VERSION },
  };
  const work = join(dir, 'download');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  for (const folder of [dir, work])
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await mustRun(
    `Installing ${ADDON_PACKAGE} with npm`,
    'npm',
    ['install', '--prefix', work, '--ignore-scripts', '--no-audit', '--no-fund'],
    { cwd: work, log },
  );
  rmSync(join(dir, 'node_modules'), { recursive: true, force: true });
  renameSync(join(work, 'node_modules'), join(dir, 'node_modules'));
  rmSync(work, { recursive: true });
}

/**
 * Puts `deps` where the addon's build and its run-time path (`$ORIGIN/../../deps/lib`) look. Each
 * library is linked under the name to compile with and the name that the loader asks for. The links
 * are relative: the whole folder can be moved.
 */
function linkLibraries(dir: string): void {
  const deps = join(addonFolder(dir), 'deps');
  const libraries = join(dir, 'tensorflow');
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(join(deps, 'lib'), { recursive: true });
  symlinkSync(relative(deps, join(libraries, 'include')), join(deps, 'include'));
  const names = [
    ['libtensorflow.so', 'libtensorflow_cc.so.2'],
    ['libtensorflow_cc.so.2', 'libtensorflow_cc.so.2'],
    ['libtensorflow_framework.so', 'libtensorflow_framework.so.2'],
    ['libtensorflow_framework.so.2', 'libtensorflow_framework.so.2'],
  ] as const;
  for (const [name, target] of names)
    symlinkSync(relative(join(deps, 'lib'), join(libraries, target)), join(deps, 'lib', name));
}

/** Compiles the addon against the libraries in `dir/tensorflow`. */
export async function buildAddon(dir: string, log: string): Promise<void> {
  linkLibraries(dir);
  const folder = addonFolder(dir);
  for (const old of ['lib', 'build']) rmSync(join(folder, old), { recursive: true, force: true });
  const headers = nodeHeaders(process.env);
  // Through npm, which brings its own node-gyp.
  await mustRun(
    'Compiling the addon',
    'npm',
    ['run', 'build-addon-from-source', '--', ...(headers ? [`--nodedir=${headers}`] : [])],
    { cwd: folder, log },
  );
  rmSync(join(folder, 'build'), { recursive: true, force: true });
}
