import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf, PointsmanError } from '../../base/errors.js';
import { EvaluationReport } from '../../schema/evaluation.js';
import { parse } from '../../schema/parse.js';
import { toHtml } from './html.js';
import { toMarkdown } from './markdown.js';

const FILES = ['report.md', 'report.json', 'report.html'] as const;
/** Where they are written in a folder that is there; left by a process that was killed just then. */
const UNFINISHED = '.unfinished';

/**
 * Throws `invalid_request` unless a report can be written to `folder`: it is new, empty, or holds an earlier report and
 * nothing else.
 */
export function checkReportFolder(folder: string): void {
  let place = resolve(folder);
  if (existsSync(place)) {
    if (!statSync(place).isDirectory())
      throw new PointsmanError('invalid_request', `--output: expected a folder, got the file ${folder}`);
    const strange = readdirSync(place).find(
      (name) => name !== UNFINISHED && !(FILES as readonly string[]).includes(name),
    );
    if (strange !== undefined)
      throw new PointsmanError(
        'invalid_request',
        `--output: expected a new or empty folder, or one with an earlier report and nothing else; ${folder} ` +
          `holds ${strange}`,
      );
  }
  while (!existsSync(place)) place = dirname(place);
  try {
    if (!statSync(place).isDirectory()) throw new Error(`${place} is a file`);
    accessSync(place, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new PointsmanError(
      'invalid_request',
      `--output: expected a folder that can be written to, got ${folder} (${messageOf(error)})`,
    );
  }
}

/**
 * Writes Markdown, JSON and HTML to `folder`, all or none; an earlier report there is replaced. They are written beside
 * it and then renamed, so that a report is never half there.
 */
export function writeReport(folder: string, report: EvaluationReport): string[] {
  checkReportFolder(folder);
  const checked = parse(EvaluationReport, report, 'internal', 'report');
  const contents = {
    'report.md': toMarkdown(checked),
    'report.json': `${JSON.stringify(checked, null, 2)}\n`,
    'report.html': toHtml(checked),
  };
  const target = resolve(folder);
  // A folder that is there may be a mount, or where the user is: its files are renamed, not it.
  const exists = existsSync(target);
  const temporary = exists ? join(target, UNFINISHED) : join(dirname(target), `.${basename(target)}-${process.pid}`);
  try {
    mkdirSync(temporary, { recursive: true });
    for (const file of FILES) writeFileSync(join(temporary, file), contents[file]);
    if (exists) for (const file of FILES) renameSync(join(temporary, file), join(target, file));
    else renameSync(temporary, target);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return FILES.map((file) => join(folder, file));
}
