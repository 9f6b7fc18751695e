import { performance } from 'node:perf_hooks';
import type { BulkWriter, Ledger } from '../store/types.js';
import { classify, writeCatalog, type DocumentContent } from './catalog-document.js';
import { parseJson, readDocument } from './document.js';
import { inspect, type Inspected } from './inspect.js';
import { splitLines } from './lines.js';
import { createRecordWriter, type RecordCounts } from './records.js';
import { openSource, readContent } from './source.js';
import type { FileReport, ImportOptions, ImportProgress, ImportReport } from './types.js';

export type * from './types.js';

/** A file with its place in the report; documents are read already, lines are not. */
interface Planned {
  file: Inspected;
  content: DocumentContent | { format: 'lines' };
}

/**
 * Imports files into the ledger, all of them or none. The format of each is found from its content; order does not
 * matter. Memory does not grow with JSON Lines files. A file of interactions or preferences that was imported before
 * is skipped, with a notice. Throws `invalid_file` naming file, line, field, what was expected and what came.
 */
export async function importFiles(
  ledger: Ledger,
  paths: readonly string[],
  options: ImportOptions = {},
): Promise<ImportReport> {
  const begun = performance.now();
  const sources = paths.map(openSource);
  const bytesTotal = sources.reduce((sum, source) => sum + source.bytes, 0);
  const totals: RecordCounts = { interactions: 0, preferences: 0 };
  const meter = (phase: ImportProgress['phase']) => {
    let done = 0;
    return (path: string, bytes: number) => {
      const onBytes = (read: number): void =>
        options.onProgress?.({ path, phase, bytesTotal, bytesDone: done + read, ...totals });
      return { onBytes, finish: () => void (done += bytes) };
    };
  };

  const checking = meter('check');
  const plan: Planned[] = [];
  for (const source of sources) {
    const { onBytes, finish } = checking(source.path, source.bytes);
    const file = await inspect(source, onBytes);
    const content =
      file.layout === 'lines'
        ? ({ format: 'lines' } as const)
        : classify(source.path, await readDocument(source, file.bytes, onBytes));
    plan.push({ file, content });
    finish();
  }

  const importing = meter('import');
  return ledger.bulk(async (writer) => {
    const listed = (): string[] => writer.catalog.listLlms().map((llm) => llm.id);
    const before = new Set(listed());
    const reports = new Map<Planned, FileReport>();
    for (const planned of inOrder(plan)) {
      const { path, bytes } = planned.file.source;
      const { onBytes, finish } = importing(path, bytes);
      const report = await importOne(planned, writer, totals, onBytes);
      onBytes(bytes);
      finish();
      reports.set(planned, report);
    }
    return {
      files: plan.map((planned) => reports.get(planned)!),
      ...totals,
      new_models: listed().filter((id) => !before.has(id)),
      seconds: (performance.now() - begun) / 1000,
    };
  });
}

/** Descriptions last: what they describe is told by the names that the other files bring. */
function inOrder(plan: readonly Planned[]): Planned[] {
  const rank = ({ content }: Planned): number =>
    content.format === 'descriptions' ? 2 : Number(content.format === 'lines' || content.format === 'records');
  return plan.toSorted((a, b) => rank(a) - rank(b));
}

async function importOne(
  { file, content }: Planned,
  writer: BulkWriter,
  totals: RecordCounts,
  onBytes: (bytes: number) => void,
): Promise<FileReport> {
  const { path } = file.source;
  const none = { interactions: 0, preferences: 0 };
  if (content.format !== 'lines' && content.format !== 'records')
    return { path, status: 'imported', ...writeCatalog(path, content, writer), ...none };

  const before = writer.importedAt(file.hash);
  if (before !== undefined)
    return {
      path,
      format: 'records',
      status: 'skipped',
      notice: `already imported at ${new Date(before).toISOString()}`,
      entries: 0,
      ...none,
    };
  const begun = { ...totals };
  const entries = await writeRecords(file, content, writer, totals, onBytes);
  writer.markImported(file.hash, path);
  return {
    path,
    format: 'records',
    status: 'imported',
    entries,
    interactions: totals.interactions - begun.interactions,
    preferences: totals.preferences - begun.preferences,
  };
}

async function writeRecords(
  file: Inspected,
  content: { format: 'lines' } | { format: 'records'; records: unknown[] },
  writer: BulkWriter,
  totals: RecordCounts,
  onBytes: (bytes: number) => void,
): Promise<number> {
  const { path } = file.source;
  const write = createRecordWriter(writer, totals);
  if (content.format === 'records') {
    content.records.forEach((record, i) => write(record, () => `${path}, entry ${i + 1}`));
    return content.records.length;
  }
  let entries = 0;
  for await (const { first, lines } of splitLines(path, readContent(file.source, onBytes))) {
    lines.forEach((line, i) => {
      if (line.trim() === '') return;
      write(parseJson(path, line, first + i), () => `${path}, line ${first + i}`);
      entries++;
    });
  }
  return entries;
}
