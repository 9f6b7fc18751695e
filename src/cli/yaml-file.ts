import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { PointsmanError, messageOf } from '../base/errors.js';

/** What a YAML or JSON file holds. Throws `invalid_file` where it can't be read. */
export function readYamlFile(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new PointsmanError('invalid_file', `${file}: ${messageOf(error)}`, { cause: error });
  }
}
