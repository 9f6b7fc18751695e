import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { systemClock, systemUptime } from '../../base/clock.js';
import { messageOf, PointsmanError } from '../../base/errors.js';
import { dataPaths } from '../../base/paths.js';
import { ScaleWanted } from '../../importer/formats/types.js';
import { OUR_FIELDS } from '../../importer/formats/plain.js';
import {
  importFiles,
  previewFiles,
  type ImportOptions,
  type ImportReport,
  type Preview,
} from '../../importer/index.js';
import { openLedger } from '../../store/open.js';
import { options } from '../options.js';
import { jsonOf, print, printJson, progressBar, table } from '../output.js';

interface Settings {
  data: string;
  dryRun?: true;
  json?: true;
  map?: Map<string, string>;
  set?: Map<string, string>;
  scale?: Map<string, [number, number]>;
  llm?: 'asked' | 'answered';
  onError: 'stop' | 'skip';
  errors: string;
  again?: true;
}

/** Two parts with an equals sign between. */
function pair(text: string, what: string): [string, string] {
  const at = text.lastIndexOf('=');
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError(`expected ${what}, got ${JSON.stringify(text)}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function ourField(field: string): string {
  if ((OUR_FIELDS as readonly string[]).includes(field)) return field;
  throw new InvalidArgumentError(`expected one of ${OUR_FIELDS.join(', ')}, got ${JSON.stringify(field)}`);
}

function mapping(text: string, before = new Map<string, string>()): Map<string, string> {
  const [column, field] = pair(text, 'COLUMN=FIELD');
  return before.set(column, ourField(field));
}

function constant(text: string, before = new Map<string, string>()): Map<string, string> {
  const at = text.indexOf('=');
  const [field, value] = at < 1 ? pair(text, 'FIELD=VALUE') : [text.slice(0, at), text.slice(at + 1)];
  return before.set(ourField(field), value);
}

/** `1..5`, or `5..1` where less is better. */
function rangeOf(text: string): [number, number] {
  const [, worst, best] = /^\s*(-?[\d.]+)\s*\.\.\s*(-?[\d.]+)\s*$/.exec(text) ?? [];
  const range: [number, number] = [Number(worst), Number(best)];
  if (worst === undefined || range.some((x) => !Number.isFinite(x)) || range[0] === range[1])
    throw new InvalidArgumentError(`expected WORST..BEST, such as 1..5, got ${JSON.stringify(text)}`);
  return range;
}

function scale(text: string, before = new Map<string, [number, number]>()): Map<string, [number, number]> {
  const [metric, range] = pair(text, 'NAME=WORST..BEST');
  return before.set(metric, rangeOf(range));
}

/** Asks for the range of a score; undefined where nobody can be asked. */
async function askedRange({ field }: ScaleWanted): Promise<[number, number] | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return rangeOf(await asking.question(`What range has ${JSON.stringify(field)}? WORST..BEST, such as 1..5: `));
  } finally {
    asking.close();
  }
}

/** Does `work`, asking for ranges of scores as they are wanted. */
async function withRanges<T>(scales: Map<string, readonly [number, number]>, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const wanted = error instanceof PointsmanError && error.cause instanceof ScaleWanted ? error.cause : undefined;
      const range = wanted === undefined ? undefined : await askedRange(wanted);
      if (range === undefined) throw error;
      scales.set(wanted!.field, range);
    }
  }
}

function printPreview({ path, title, format, columns, rows }: Preview): void {
  print(`${path}: ${title}${columns.length === 0 ? ` (${format})` : ''}`);
  if (columns.length > 0)
    print(
      table(
        ['column', 'becomes'],
        columns.map(({ column, becomes }) => [column, becomes ?? '–']),
      ),
    );
  for (const { where, records, error } of rows) {
    print(`\n${where}${error === undefined ? (records.length === 0 ? ': nothing by itself' : '') : `: ${error}`}`);
    for (const record of records) print(`  ${jsonOf(record)}`);
  }
  print();
}

/** What is to be said of a file besides how much it held. */
function noteOn({ notice, status, repeated, ignored, broken, calls }: ImportReport['files'][number]): string {
  const parts = [
    repeated > 0 ? `${repeated} imported before` : '',
    calls > 0 ? `${calls} calls without a query` : '',
    ignored > 0 ? `${ignored} of no LLM` : '',
    broken > 0 ? `${broken} broken, passed over` : '',
  ].filter((part) => part !== '');
  return notice ?? (parts.length === 0 ? status : parts.join(', '));
}

/** A file of rows that were passed over; it is gone again where there are none. Throws where it can't be written. */
function errorFile(path: string): { write(row: object): void; close(): boolean } {
  let file: number;
  try {
    file = openSync(path, 'w');
  } catch (error) {
    throw new PointsmanError('invalid_config', `--errors: ${path} can't be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
  let rows = 0;
  return {
    write(row) {
      writeSync(file, `${JSON.stringify(row)}\n`);
      rows++;
    },
    close() {
      closeSync(file);
      if (rows === 0) rmSync(path);
      return rows > 0;
    },
  };
}

export function importCommand(): Command {
  return new Command('import')
    .description(
      'add LLMs, families, tasks, domains, interactions or preferences; the format is found from the content, .gz ' +
        'too: feedback as JSON Lines, profiles, and logs of LiteLLM, OpenTelemetry, OpenInference, Langfuse, OpenAI, ' +
        'Helicone, RouterBench, LLMRouterBench and Chatbot Arena, CSV and Parquet',
    )
    .argument('<file...>', 'JSON Lines, JSON, YAML, CSV or Parquet')
    .option('--dry-run', 'show what each column becomes, and the first rows; nothing is written')
    .addOption(options.json('the report of each file; with --dry-run, what becomes of columns and first rows'))
    .option('--map <column=field>', 'a column, or a field in one (metadata.rating), and what it becomes', mapping)
    .option('--set <field=value>', 'a field that all rows have, such as model=gpt-5-mini', constant)
    .option('--scale <name=worst..best>', 'range of a score that is not from 0 to 1, such as helpfulness=1..5', scale)
    .addOption(
      new Option('--llm <which>', 'LLM of a row where another answered than was asked for').choices([
        'asked',
        'answered',
      ]),
    )
    .addOption(
      new Option('--on-error <what>', 'what to do about rows that can’t be read')
        .choices(['stop', 'skip'])
        .default('stop'),
    )
    .option('--errors <file>', 'where rows that are passed over are told', './import-errors.jsonl')
    .option('--again', 'import rows again that were imported before')
    .addOption(options.data())
    .action(async (files: string[], settings: Settings) => {
      const scales = new Map<string, readonly [number, number]>(settings.scale);
      const broken = settings.onError === 'skip' && !settings.dryRun ? errorFile(settings.errors) : undefined;
      const reading: ImportOptions = {
        scales,
        ...(settings.map && { map: settings.map }),
        ...(settings.set && { set: Object.fromEntries(settings.set) }),
        ...(settings.llm && { llm: settings.llm }),
        ...(settings.again && { again: true }),
        ...(broken && { onBroken: broken.write }),
      };
      if (settings.dryRun) {
        const previews = await previewFiles(files, { ...reading, onBroken: () => undefined });
        if (settings.json) printJson(previews);
        else previews.forEach(printPreview);
        return;
      }
      const ledger = await openLedger(dataPaths(settings.data).ledger, { clock: systemClock, uptime: systemUptime() });
      const bar = progressBar();
      try {
        const report = await withRanges(scales, () =>
          importFiles(ledger, files, {
            ...reading,
            onProgress: (p) =>
              bar.update(
                (p.phase === 'check' ? 0 : 0.1) +
                  (p.phase === 'check' ? 0.1 : 0.9) * (p.bytesTotal === 0 ? 1 : p.bytesDone / p.bytesTotal),
                `${p.phase} ${p.path}: ${p.interactions} interactions, ${p.preferences} preferences`,
              ),
          }),
        );
        bar.stop();
        if (settings.json) return printJson(report);
        if (report.unjoined > 0)
          process.stderr.write(
            `${report.unjoined} scores or requests were joined with nothing: import them along with what they are of\n`,
          );
        print(
          table(
            ['file', 'format', 'entries', 'interactions', 'preferences', ''],
            report.files.map((f) => [f.path, f.format, f.entries, f.interactions, f.preferences, noteOn(f)]),
          ),
        );
        const { interactions, preferences, queries } = await ledger.feedback.counts();
        print(
          `\n${report.interactions} interactions and ${report.preferences} preferences in ` +
            `${report.seconds.toFixed(1)} s; the ledger in ${settings.data} now has ` +
            `${(await ledger.catalog.list()).length} LLMs, ${queries} queries, ${interactions} interactions and ` +
            `${preferences} preferences`,
        );
      } finally {
        bar.stop();
        await ledger.close();
        if (broken?.close()) process.stderr.write(`rows that were passed over: ${settings.errors}\n`);
      }
    });
}
