import { performance } from 'node:perf_hooks';
import type { FeedbackRecord } from '../store/ports/feedback.js';
import type { Import } from '../store/ports/imports.js';
import type { Ledger } from '../store/ports/index.js';
import { classify, writeCatalog, type DocumentContent } from './catalog-document.js';
import { parseJson, readDocument } from './document.js';
import { inspect, type Inspected } from './inspect.js';
import { splitLines } from './lines.js';
import { createRecordReader, type RecordCounts } from './records.js';
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
  ledger: Pick<Ledger, 'imports'>,
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
  const writer = await ledger.imports.begin();
  try {
    const before = new Set(await writer.llms());
    const reports = new Map<Planned, FileReport>();
    for (const planned of inOrder(plan)) {
      const { path, bytes } = planned.file.source;
      const { onBytes, finish } = importing(path, bytes);
      const report = await importOne(planned, writer, totals, onBytes);
      onBytes(bytes);
      finish();
      reports.set(planned, report);
    }
    const newModels = (await writer.llms()).filter((id) => !before.has(id));
    await writer.commit();
    return {
      files: plan.map((planned) => reports.get(planned)!),
      ...totals,
      new_models: newModels,
      seconds: (performance.now() - begun) / 1000,
    };
  } finally {
    await writer.abandon();
  }
}

/** Descriptions last: what they describe is told by the names that the other files bring. */
function inOrder(plan: readonly Planned[]): Planned[] {
  const rank = ({ content }: Planned): number =>
    content.format === 'descriptions' ? 2 : Number(content.format === 'lines' || content.format === 'records');
  return plan.toSorted((a, b) => rank(a) - rank(b));
}

async function importOne(
  { file, content }: Planned,
  writer: Import,
  totals: RecordCounts,
  onBytes: (bytes: number) => void,
): Promise<FileReport> {
  const { path } = file.source;
  const none = { interactions: 0, preferences: 0 };
  if (content.format !== 'lines' && content.format !== 'records')
    return { path, status: 'imported', ...(await writeCatalog(path, content, writer)), ...none };

  const before = await writer.importedAt(file.hash);
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
  await writer.markImported(file.hash, path);
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
  writer: Import,
  totals: RecordCounts,
  onBytes: (bytes: number) => void,
): Promise<number> {
  const { path } = file.source;
  const read = createRecordReader(totals);
  if (content.format === 'records') {
    const records: FeedbackRecord[] = [];
    content.records.forEach((record, i) => read(record, () => `${path}, entry ${i + 1}`, records));
    await writer.add(records);
    return content.records.length;
  }
  let entries = 0;
  for await (const { first, lines } of splitLines(path, readContent(file.source, onBytes))) {
    const records: FeedbackRecord[] = [];
    lines.forEach((line, i) => {
      if (line.trim() === '') return;
      read(parseJson(path, line, first + i), () => `${path}, line ${first + i}`, records);
      entries++;
    });
    await writer.add(records);
  }
  return entries;
}
