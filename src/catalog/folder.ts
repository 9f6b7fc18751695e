import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PointsmanError, messageOf } from '../base/errors.js';
import { readProfiles, type FromFile } from './read.js';

const PROFILE_FILE = /\.(?:ya?ml|json)$/i;

/** Files of profiles at a path: itself, or all YAML and JSON files in the folder and below, by name. */
function filesAt(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => PROFILE_FILE.test(name))
      .toSorted()
      .map((name) => join(path, name));
  } catch (error) {
    throw new PointsmanError('invalid_file', `${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** What files of profiles hold. */
export interface ProfileFiles {
  files: string[];
  profiles: FromFile[];
  /** Each thing that is wrong, with file, line and column; an LLM that is declared twice is. */
  errors: string[];
}

/** Reads files of profiles, and those in folders. Throws `invalid_file` where nothing is there. */
export function readProfileFiles(paths: readonly string[]): ProfileFiles {
  const files = paths.flatMap(filesAt);
  if (files.length === 0)
    throw new PointsmanError('invalid_file', `${paths.join(', ')}: expected .yaml, .yml or .json files, got none`);
  const out: ProfileFiles = { files, profiles: [], errors: [] };
  for (const file of files) {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      throw new PointsmanError('invalid_file', `${file}: ${messageOf(error)}`, { cause: error });
    }
    const { profiles, errors } = readProfiles(file, text);
    out.profiles.push(...profiles);
    out.errors.push(...errors);
  }
  const first = new Map<string, string>();
  for (const { profile, where } of out.profiles) {
    const before = first.get(profile.id);
    if (before === undefined) first.set(profile.id, where);
    else out.errors.push(`${where}: id: expected each LLM once, got ${profile.id} again, after ${before}`);
  }
  return out;
}

/** The profiles of some files. Throws `invalid_file` naming all that is wrong in them. */
export function profilesIn(paths: readonly string[]): ProfileFiles {
  const read = readProfileFiles(paths);
  if (read.errors.length > 0) throw new PointsmanError('invalid_file', read.errors.join('\n'));
  return read;
}
