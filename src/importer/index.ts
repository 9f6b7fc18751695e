import { performance } from 'node:perf_hooks';
import { PointsmanError } from '../base/errors.js';
import type { FeedbackRecord } from '../store/ports/feedback.js';
import type { Import, ImportRecord } from '../store/ports/imports.js';
import type { Ledger } from '../store/ports/index.js';
import { writeCatalog } from './catalog-document.js';
import { parseJson } from './document.js';
import { ScaleWanted, type LogFormat, type Row } from './formats/types.js';
import type { Inspected } from './inspect.js';
import { splitLines } from './lines.js';
import { createLogReader, hashOf, newRecords, rowsIn } from './log-reader.js';
import { inOrder, planOf, type Log, type Metered, type Planned } from './plan.js';
import { createRecordReader } from './records.js';
import { openSource, readContent, type Source } from './source.js';
import type { FileReport, ImportOptions, ImportProgress, ImportReport, Preview } from './types.js';

export type * from './types.js';

/** Rows that a preview shows. */
const PREVIEWED = 3;

/** Records written so far; score rows and signals count as interactions. */
type Totals = Pick<FileReport, 'interactions' | 'preferences' | 'calls'>;

/**
 * Imports files into the ledger, each in one transaction. The format of each is found from its content; order does not
 * matter. Memory does not grow with the length of a log. A file that was imported before is skipped, and of one that
 * grew only the rows that are new are taken. Throws `invalid_file` naming file, row, field, what was expected and what
 * came; files before that one stay imported.
 */
export async function importFiles(
  ledger: Pick<Ledger, 'imports'>,
  paths: readonly string[],
  options: ImportOptions = {},
): Promise<ImportReport> {
  const begun = performance.now();
  const totals: Totals = { interactions: 0, preferences: 0, calls: 0 };
  const sources = paths.map(openSource);
  const meter = createMeter(sources, totals, options);
  const plan = await planOf(sources, options, meter('check'));
  const importing = meter('import');
  const joins = plan.some(({ content }) => content.format === 'log' && content.log.format.first === true);
  const writer = await ledger.imports.begin();
  try {
    const before = new Set(await writer.llms());
    const reports = new Map<Planned, FileReport>();
    for (const planned of inOrder(plan)) {
      const { path, bytes } = planned.file.source;
      const { onBytes, finish } = importing(path, bytes);
      const report = await importOne(planned, writer, { totals, onBytes, options, joins });
      await writer.commit();
      onBytes(bytes);
      finish();
      reports.set(planned, report);
    }
    const newModels = (await writer.llms()).filter((id) => !before.has(id));
    return {
      files: plan.map((planned) => reports.get(planned)!),
      ...totals,
      unjoined: writer.unjoined(),
      new_models: newModels,
      seconds: (performance.now() - begun) / 1000,
    };
  } finally {
    await writer.end();
  }
}

/** What importing files would make of them: of logs, which column becomes what, and the first rows. Writes nothing. */
export async function previewFiles(paths: readonly string[], options: ImportOptions = {}): Promise<Preview[]> {
  const sources = paths.map(openSource);
  const ignore = () => ({ onBytes: () => undefined, finish: () => undefined });
  const kept = new Map<string, string[]>();
  const store = {
    keep: (key: string, value: string) => void kept.set(key, [...(kept.get(key) ?? []), value]),
    kept: (key: string) => kept.get(key) ?? [],
  };
  const previews: Preview[] = [];
  for (const { file, content } of inOrder(await planOf(sources, options, ignore))) {
    const { path } = file.source;
    if (content.format !== 'log') {
      const title = content.format === 'lines' || content.format === 'records' ? 'feedback of Pointsman' : 'catalogue';
      previews.push({ path, format: content.format, title, columns: [], rows: [] });
      continue;
    }
    const { format } = content.log;
    const reader = createLogReader(format, options, store, createRecordReader());
    const preview: Preview = { path, format: format.name, title: format.title, columns: [], rows: [] };
    previews.push(preview);
    for await (const { rows } of content.log.rows(() => undefined, options)) {
      for (const placed of rows.flatMap((row) => [...rowsIn(format, row)])) {
        if (preview.columns.length === 0) preview.columns = becomes(format, placed.row, options);
        if (!format.first && preview.rows.length >= PREVIEWED) break;
        try {
          const found = await reader.read(placed);
          if (found !== null && preview.rows.length < PREVIEWED)
            preview.rows.push({ where: placed.where, records: found.records });
        } catch (error) {
          if (!(error instanceof PointsmanError)) throw error;
          if (preview.rows.length < PREVIEWED)
            preview.rows.push({ where: placed.where, records: [], error: error.message });
        }
      }
      if (!format.first && preview.rows.length >= PREVIEWED) break;
    }
  }
  return previews;
}

/** What each column of a row becomes. */
function becomes(format: LogFormat, row: Row, { map = new Map() }: ImportOptions): Preview['columns'] {
  const known = format.columns.flatMap(([columns, to]) =>
    columns.split(/, | − /).map((column) => [column, to] as const),
  );
  const nested = (column: string): string | undefined =>
    known.find(([from]) => from === column || from.startsWith(`${column}.`) || column.startsWith(`${from}.`))?.[1];
  return [...Object.keys(row), ...(format.within?.(row) ?? [])].map((column) => ({
    column,
    becomes: map.get(column) ?? nested(column) ?? null,
  }));
}

function createMeter(sources: readonly Source[], totals: Totals, { onProgress }: ImportOptions) {
  const bytesTotal = sources.reduce((sum, source) => sum + source.bytes, 0);
  return (phase: ImportProgress['phase']): Metered => {
    let done = 0;
    return (path, bytes) => {
      const onBytes = (read: number): void =>
        onProgress?.({ path, phase, bytesTotal, bytesDone: done + read, ...totals });
      return { onBytes, finish: () => void (done += bytes) };
    };
  };
}

/** What a file is imported with. */
interface Importing {
  totals: Totals;
  onBytes(bytes: number): void;
  options: ImportOptions;
  /** Whether logs are joined with others of this import. */
  joins: boolean;
}

async function importOne({ file, content }: Planned, writer: Import, importing: Importing): Promise<FileReport> {
  const { path } = file.source;
  const none = { interactions: 0, preferences: 0, calls: 0, repeated: 0, ignored: 0, broken: 0 };
  if (content.format !== 'lines' && content.format !== 'records' && content.format !== 'log')
    return { path, status: 'imported', ...(await writeCatalog(path, content, writer)), ...none };

  const format = content.format === 'log' ? content.log.format.name : 'records';
  // What is joined is read again: what it is joined with may have come or grown.
  const joined = content.format === 'log' && importing.joins;
  const before = importing.options.again || joined ? undefined : await writer.importedAt(file.hash);
  if (before !== undefined)
    return {
      path,
      format,
      status: 'skipped',
      notice: `already imported at ${new Date(before).toISOString()}`,
      entries: 0,
      ...none,
    };
  const { totals } = importing;
  const begun = { ...totals };
  const told =
    content.format === 'log'
      ? await writeLog(content.log, writer, importing)
      : await writeRecords(file, content, writer, importing);
  // A file of which rows were passed over may be read again, corrected or with other settings.
  if (told.broken === 0 && (await writer.importedAt(file.hash)) === undefined)
    await writer.markImported(file.hash, path);
  return {
    path,
    format,
    status: 'imported',
    ...none,
    ...told,
    interactions: totals.interactions - begun.interactions,
    preferences: totals.preferences - begun.preferences,
    calls: totals.calls - begun.calls,
  };
}

/** Counts rows that are passed over as well. */
const counting = (onBroken: ImportOptions['onBroken'], told: Told): ImportOptions['onBroken'] =>
  onBroken &&
  ((row) => {
    told.broken++;
    onBroken(row);
  });

function count(records: readonly ImportRecord[], totals: Totals): void {
  for (const { kind } of records)
    if (kind === 'call') totals.calls++;
    else if (kind === 'preference') totals.preferences++;
    else totals.interactions++;
}

type Told = Pick<FileReport, 'entries' | 'repeated' | 'broken' | 'ignored'>;

/** Writes what rows say; those that an earlier import had are passed over. */
async function writeLog({ format, rows }: Log, writer: Import, { totals, onBytes, options }: Importing): Promise<Told> {
  const reader = createLogReader(format, options, writer, createRecordReader());
  const told: Told = { entries: 0, repeated: 0, broken: 0, ignored: 0 };
  const onBroken = counting(options.onBroken, told);
  for await (const block of rows(onBytes, { ...options, ...(onBroken && { onBroken }) }))
    for (const whole of block.rows)
      for (const placed of rowsIn(format, whole)) {
        told.entries++;
        let found: Awaited<ReturnType<typeof reader.read>>;
        try {
          found = await reader.read(placed);
        } catch (error) {
          // A range that nobody said is no fault of the row: passing over would leave out the best and keep the worst.
          const wanted = error instanceof PointsmanError && error.cause instanceof ScaleWanted;
          if (onBroken === undefined || wanted || !(error instanceof PointsmanError)) throw error;
          onBroken({ where: placed.where, message: error.message });
          continue;
        }
        if (found === null) {
          told.ignored++;
          continue;
        }
        const { records } = found;
        if (records.length === 0) continue;
        const unknown = newRecords(found, () => JSON.stringify(placed.row), writer.isNew);
        const fresh = options.again ? records : unknown;
        if (fresh.length === 0) {
          told.repeated++;
          continue;
        }
        await writer.add(fresh);
        count(fresh, totals);
      }
  return told;
}

/** Writes feedback in our own form. */
async function writeRecords(
  file: Inspected,
  content: { format: 'lines' } | { format: 'records'; records: unknown[] },
  writer: Import,
  { totals, onBytes, options }: Importing,
): Promise<Told> {
  const { path } = file.source;
  const read = createRecordReader();
  const told: Told = { entries: 0, repeated: 0, broken: 0, ignored: 0 };
  const onBroken = counting(options.onBroken, told);
  const take = (text: string, value: () => unknown, where: () => string, into: FeedbackRecord[]): void => {
    const records: FeedbackRecord[] = [];
    try {
      read(value(), where, records);
    } catch (error) {
      if (onBroken === undefined || !(error instanceof PointsmanError)) throw error;
      onBroken({ where: where(), message: error.message });
      return;
    }
    told.entries++;
    if (!writer.isNew(hashOf(text), true) && !options.again) {
      told.repeated++;
      return;
    }
    into.push(...records);
    count(records, totals);
  };
  if (content.format === 'records') {
    const records: FeedbackRecord[] = [];
    content.records.forEach((record, i) =>
      take(
        JSON.stringify(record),
        () => record,
        () => `${path}, entry ${i + 1}`,
        records,
      ),
    );
    await writer.add(records);
    return told;
  }
  for await (const { first, lines } of splitLines(path, readContent(file.source, onBytes), onBroken)) {
    const records: FeedbackRecord[] = [];
    lines.forEach((line, i) => {
      const text = line.trim();
      if (text === '') return;
      take(
        text,
        () => parseJson(path, line, first + i),
        () => `${path}, line ${first + i}`,
        records,
      );
    });
    await writer.add(records);
  }
  return told;
}
