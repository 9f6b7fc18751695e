import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { PointsmanError } from '../../base/errors.js';
import type { EvaluationReport } from '../../schema/evaluation.js';
import { toHtml } from './html.js';
import { toMarkdown } from './markdown.js';

const FILES = ['report.md', 'report.json', 'report.html'];

/** Throws `invalid_request` unless a report may be written to `folder`: it is new, empty, or holds an earlier report and nothing else. */
export function checkReportFolder(folder: string): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) throw new PointsmanError('invalid_request', `--output: expected a folder, got the file ${folder}`);
  const strange = readdirSync(folder).find((name) => !FILES.includes(name));
  if (strange !== undefined) throw new PointsmanError('invalid_request', `--output: expected a new or empty folder, or one with an earlier report; ${folder} holds ${strange}`);
}

/** Writes Markdown, JSON and HTML to `folder`, all or none; an earlier report there is replaced. */
export function writeReport(folder: string, report: EvaluationReport): string[] {
  checkReportFolder(folder);
  const target = resolve(folder);
  mkdirSync(dirname(target), { recursive: true });
  const temporary = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
  try {
    writeFileSync(join(temporary, 'report.md'), toMarkdown(report));
    writeFileSync(join(temporary, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
    writeFileSync(join(temporary, 'report.html'), toHtml(report));
    rmSync(target, { recursive: true, force: true });
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
  return FILES.map((name) => join(folder, name));
}
