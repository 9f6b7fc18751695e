import { SingleBar } from 'cli-progress';
import { oneLine, plainJson, plainLines } from '../base/plain-text.js';
import type { TrainProgress } from '../schema/training.js';

/** Writes lines to standard output. Words of callers may be in them, which must not move a terminal's cursor. */
export function print(lines = ''): void {
  process.stdout.write(`${plainLines(lines)}\n`);
}

/** The same to standard error. */
export function complain(lines: string): void {
  process.stderr.write(`${plainLines(lines)}\n`);
}

/** A value as JSON that a terminal may be shown. */
export const jsonOf = (value: unknown, indent?: number): string => plainJson(JSON.stringify(value, null, indent));

export function printJson(value: unknown): void {
  print(jsonOf(value, 2));
}

/** A plain table: numbers to the right, the rest to the left. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => oneLine(String(cell))));
  const right = header.map(
    (_, c) =>
      rows.length > 0 && rows.every((row) => typeof row[c] === 'number' || /^([-±$]?\d|–$)/.test(String(row[c]))),
  );
  const widths = header.map((h, c) => Math.max(h.length, ...cells.map((row) => row[c]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, c) => (right[c] ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!)))
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((w) => '-'.repeat(w)).join('  '), ...cells.map(line)].join('\n');
}

export interface ProgressBar {
  update(fraction: number, message: string): void;
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
      stop: () => undefined,
    };
  }
  const bar = new SingleBar({
    format: '{bar} {percentage}%  {message}',
    stream: process.stderr,
    hideCursor: true,
    barsize: 24,
  });
  bar.start(100, 0, { message: '' });
  return {
    update: (fraction, message) => bar.update(Math.round(fraction * 100), { message: oneLine(message) }),
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
