import { SingleBar } from 'cli-progress';
import { oneLine, plainJson, plainLines } from '../base/plain-text.js';
import type { TrainProgress } from '../schema/training.js';
import { isColoured, paint, painted, paintedError, unpainted } from './paint.js';

/** Writes lines to standard output. Words of callers may be in them, which must not move a terminal's cursor. */
export function print(lines = ''): void {
  process.stdout.write(`${painted(plainLines(lines))}\n`);
}

/** The same to standard error. */
export function complain(lines: string): void {
  const text = plainLines(lines);
  process.stderr.write(`${isColoured(process.stderr) ? painted(text) : unpainted(text)}\n`);
}

/** The same of what went wrong: `who` says it, such as `pointsman`. */
export function complainOf(who: string, lines: string): void {
  process.stderr.write(`${paintedError('red', `${who}:`)} ${plainLines(lines)}\n`);
}

/** A value as JSON that a terminal may be shown. */
export const jsonOf = (value: unknown, indent?: number): string => plainJson(JSON.stringify(value, null, indent));

export function printJson(value: unknown): void {
  print(jsonOf(value, 2));
}

/** What a command answers: as JSON where that was asked for, else as `show` prints it. */
export function answer(json: boolean | undefined, value: unknown, show: () => void): void {
  if (json) printJson(value);
  else show();
}

/** The same of an object that scripts read: as JSON, too, where no terminal reads along. */
export const answerScripts = (json: boolean | undefined, value: object, show: () => void): void =>
  answer(json === true || !process.stdout.isTTY, value, show);

/** A plain table: numbers to the right, the rest to the left. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => oneLine(String(cell))));
  const right = header.map(
    (_, c) =>
      rows.length > 0 &&
      rows.every((row) => typeof row[c] === 'number' || /^([-±$]?\d|–$)/.test(unpainted(String(row[c])))),
  );
  const widthOf = (cell: string): number => unpainted(cell).length;
  const widths = header.map((h, c) => Math.max(h.length, ...cells.map((row) => widthOf(row[c]!))));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, c) => {
        const padding = ' '.repeat(widths[c]! - widthOf(cell));
        return right[c] ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((w) => '-'.repeat(w)).join('  ');
  return [paint('dim', line(header)), paint('dim', rule), ...cells.map(line)].join('\n');
}

/** The fields of an object, one a line; those of one within it by their path. */
export function facts(value: object): string {
  const rows = (of: object, before: string): [string, string][] =>
    Object.entries(of).flatMap(([name, field]: [string, unknown]): [string, string][] => {
      if (typeof field !== 'object' || field === null) return [[before + name, field === null ? '–' : String(field)]];
      return Array.isArray(field) ? [[before + name, jsonOf(field)]] : rows(field, `${before}${name}.`);
    });
  return table(['field', 'is'], rows(value, ''));
}

export interface ProgressBar {
  update(fraction: number, message: string): void;
  /** Says something beside the bar, which goes on below it. */
  say(lines: string): void;
  stop(): void;
}

/** A progress bar on standard error; without a terminal, a line whenever the message changes by a tenth. */
export function progressBar(): ProgressBar {
  if (!process.stderr.isTTY) {
    let printed = -1;
    return {
      update(fraction, message) {
        const tenth = Math.floor(fraction * 10);
        if (tenth === printed) return;
        printed = tenth;
        complain(`${String(Math.round(fraction * 100)).padStart(3)}%  ${message}`);
      },
      say: complain,
      stop: () => undefined,
    };
  }
  const bar = new SingleBar({
    format: '{bar} {percentage}%  {message}',
    stream: process.stderr,
    hideCursor: true,
    barsize: 24,
  });
  let percent = 0;
  let shown = '';
  const start = (): void => bar.start(100, percent, { message: shown });
  start();
  return {
    say(lines) {
      bar.stop();
      complain(lines);
      start();
    },
    update(fraction, message) {
      [percent, shown] = [Math.round(fraction * 100), oneLine(message)];
      bar.update(percent, { message: shown });
    },
    stop: () => bar.stop(),
  };
}

/** Shows a training run's progress. */
export function trainingBar(): { report(progress: TrainProgress): void; stop(): void } {
  const bar = progressBar();
  return {
    report: ({ fraction, phase, message }) => bar.update(fraction, `${phase}: ${message}`),
    stop: () => bar.stop(),
  };
}
