import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { PointsmanError } from '../base/errors.js';
import { packageRoot } from '../base/paths.js';

/**
 * Folders whose `node_modules` may hold an optional package: a set one alone, or Pointsman's own and the current one.
 */
const foldersFor = (modules: string): string[] => (modules ? [resolve(modules)] : [packageRoot, process.cwd()]);

/**
 * The file that an optional npm package is loaded from, as {@link createRequire} resolves it.
 * `modules` names the folder to look in (`POINTSMAN_ENCODER_MODULES`); empty for the usual places.
 * Throws `encoder_unavailable` with the command that installs it.
 */
export function findOptional(name: string, install: string, modules: string): string {
  const folders = foldersFor(modules);
  for (const folder of folders) {
    try {
      return createRequire(join(folder, 'package.json')).resolve(name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new PointsmanError(
    'encoder_unavailable',
    `This encoder needs the npm package ${name}, which is not installed in ${folders.join(' or ')}. Install it ` +
      `with: ${install}`,
  );
}
