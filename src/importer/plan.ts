import { PointsmanError } from '../base/errors.js';
import { isRow } from './formats/fields.js';
import { classify, type DocumentContent } from './catalog-document.js';
import { parseJson, readDocument } from './document.js';
import { formatOf } from './formats/index.js';
import type { LogFormat, Row } from './formats/types.js';
import { inspect, TABLES, type Inspected } from './inspect.js';
import { splitLines } from './lines.js';
import { detectFormat, unknownFormat, type PlacedRow } from './log-reader.js';
import { invalid, readContent, type Source } from './source.js';
import { readCsv, readParquet } from './table.js';
import type { ImportOptions } from './types.js';

/** Rows by which the format of a log is told. */
const LOOKED_AT = 20;

/** A log of another tool's, and how its rows are read. */
export interface Log {
  format: LogFormat;
  rows(onBytes: (bytes: number) => void, options: ImportOptions): AsyncIterable<{ rows: PlacedRow[] }>;
}

/** A file with its place in the report; documents are read already, lines are not. */
export interface Planned {
  file: Inspected;
  content: Exclude<DocumentContent, { format: 'rows' }> | { format: 'lines' } | { format: 'log'; log: Log };
}

/** Tells how far a file is read, in bytes. */
export type Metered = (path: string, bytes: number) => { onBytes(bytes: number): void; finish(): void };

/** What files are; nothing is written yet. Throws `invalid_file` for what is none of what can be imported. */
export async function planOf(sources: readonly Source[], options: ImportOptions, metered: Metered): Promise<Planned[]> {
  const plan: Planned[] = [];
  for (const source of sources) {
    const { onBytes, finish } = metered(source.path, source.bytes);
    const file = await inspect(source, onBytes, options.onBroken !== undefined);
    plan.push({ file, content: await contentOf(file, options, onBytes) });
    finish();
  }
  return plan;
}

async function contentOf(
  file: Inspected,
  options: ImportOptions,
  onBytes: (bytes: number) => void,
): Promise<Planned['content']> {
  const { source, layout } = file;
  const asLog = async (rows: Log['rows']): Promise<Planned['content']> => {
    const first = await firstRows(rows, { ...options, ...(options.onBroken && { onBroken: () => undefined }) });
    const format = detectFormat(first, options);
    if (format === undefined)
      throw invalid(source.path, first.length === 0 ? 'expected rows, got a header alone' : unknownFormat(first[0]!));
    return { format: 'log', log: { format, rows } };
  };
  if (layout === 'parquet') return asLog((onRead) => readParquet(source, onRead));
  if (layout === 'csv' || layout === 'tsv' || layout === 'ssv')
    return asLog((onRead, { onBroken }) => readCsv(source, TABLES[layout], onRead, onBroken));
  if (layout === 'lines') {
    const rows: Log['rows'] = (onRead, using) => lineRows(source, onRead, using);
    const first = await firstRows(rows, { ...options, onBroken: () => undefined });
    const told = first.length > 0 && (first.some((row) => formatOf(row) !== undefined) || (options.map?.size ?? 0) > 0);
    return told ? asLog(rows) : { format: 'lines' };
  }
  const content = classify(source.path, await readDocument(source, file.bytes, onBytes));
  if (content.format !== 'rows') return content;
  return asLog(async function* documentRows() {
    yield { rows: content.rows.map((row, i) => ({ row, where: `${source.path}, entry ${i + 1}` })) };
  });
}

async function firstRows(rows: Log['rows'], options: ImportOptions): Promise<Row[]> {
  const first: Row[] = [];
  for await (const block of rows(() => undefined, options)) {
    first.push(...block.rows.slice(0, LOOKED_AT - first.length).map(({ row }) => row));
    if (first.length >= LOOKED_AT) break;
  }
  return first;
}

/** Whole numbers of more digits than a number holds, as the value of a field: they are ids. */
const LONG_ID = /(?<!\\)("\s*:\s*)(-?\d{17,})(?=\s*[,}\]])/g;
const withLongIds = (line: string): string => line.replaceAll(LONG_ID, '$1"$2"');

/** Lines of JSON as rows. */
async function* lineRows(
  source: Source,
  onBytes: (bytes: number) => void,
  { onBroken }: ImportOptions,
): AsyncGenerator<{ rows: PlacedRow[] }> {
  const { path } = source;
  for await (const { first, lines } of splitLines(path, readContent(source, onBytes), onBroken)) {
    const rows: PlacedRow[] = [];
    lines.forEach((line, i) => {
      if (line.trim() === '') return;
      const where = `${path}, line ${first + i}`;
      try {
        const row = parseJson(path, withLongIds(line), first + i);
        if (!isRow(row)) throw invalid(path, `line ${first + i}: expected a JSON object, got something else`);
        rows.push({ row, where });
      } catch (error) {
        if (onBroken === undefined || !(error instanceof PointsmanError)) throw error;
        onBroken({ where, message: error.message });
      }
    });
    yield { rows };
  }
}

/** What others are joined with first; descriptions last: what they describe is told by the names that others bring. */
export function inOrder(plan: readonly Planned[]): Planned[] {
  const rank = ({ content }: Planned): number => {
    if (content.format === 'descriptions') return 3;
    if (content.format === 'log') return content.log.format.first ? 1 : 2;
    return content.format === 'lines' || content.format === 'records' ? 2 : 0;
  };
  return plan.toSorted((a, b) => rank(a) - rank(b));
}
