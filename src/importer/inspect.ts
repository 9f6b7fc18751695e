import { createHash } from 'node:crypto';
import { decode, MAX_LINE_BYTES } from './lines.js';
import { invalid, readContent, type Source } from './source.js';

/** Tables, by what is between their columns. */
export const TABLES = { csv: ',', tsv: '\t', ssv: ';' } as const;
export type Table = keyof typeof TABLES | 'parquet';

/** What a file is, found by reading it through once before anything is written. */
export interface Inspected {
  source: Source;
  /** SHA-256 of the uncompressed content. */
  hash: string;
  /** Uncompressed. */
  bytes: number;
  /**
   * `lines`: one JSON object a line, any number of them. `document`: one JSON or YAML value. Tables: CSV with a header,
   * by what is between its columns, and Parquet.
   */
  layout: 'lines' | 'document' | Table;
}

/**
 * Throws `invalid_file` for a truncated, damaged, binary or blank file.
 *
 * @param passOver whether lines that are not UTF-8 are passed over later
 */
export async function inspect(source: Source, onBytes: (bytes: number) => void, passOver = false): Promise<Inspected> {
  const hash = createHash('sha256');
  const head: Buffer[] = [];
  let bytes = 0;
  let isParquet = false;
  for await (const chunk of readContent(source, onBytes)) {
    if (bytes < MAX_LINE_BYTES) head.push(chunk);
    if (bytes === 0 && chunk.subarray(0, 4).equals(PARQUET)) isParquet = true;
    if (!isParquet && chunk.includes(0)) throw invalid(source.path, binary(source.path, chunk, bytes));
    hash.update(chunk);
    bytes += chunk.length;
  }
  if (isParquet) {
    if (source.gzip) throw invalid(source.path, 'expected a Parquet file as it is, got one in a .gz');
    return { source, hash: hash.digest('hex'), bytes, layout: 'parquet' };
  }
  const text = headText(source.path, Buffer.concat(head), passOver);
  if (text.trim() === '')
    throw invalid(source.path, 'expected interactions, preferences or profiles, got an empty file');
  return { source, hash: hash.digest('hex'), bytes, layout: tableIn(source.path, text) ?? layoutOf(text) };
}

const PARQUET = Buffer.from('PAR1');

/** What to do with a binary file. A pickle is a program: it is never run. */
function binary(path: string, chunk: Buffer, at: number): string {
  const pickle = /\.(?:pkl|pickle)$/i.test(path) || (at === 0 && chunk[0] === 0x80 && chunk[1]! <= 5);
  return pickle
    ? 'expected a table as CSV or Parquet, got a Python pickle, which could run anything; make one with: python3 -c ' +
        `"import pandas as pd; pd.read_pickle('${path}').to_parquet('${path.replace(/\.\w+$/, '')}.parquet')"`
    : 'expected JSON, YAML, CSV or Parquet, got a binary file';
}

/** A table by the name of its file, else by a header of names and a second line of as many columns. */
function tableIn(path: string, text: string): keyof typeof TABLES | undefined {
  const [, extension] = /\.(csv|tsv)(?:\.gz)?$/i.exec(path) ?? [];
  const [header = '', second] = text.split('\n');
  const kinds = Object.keys(TABLES) as (keyof typeof TABLES)[];
  const columns = (line: string, kind: keyof typeof TABLES): number => line.split(TABLES[kind]).length;
  if (extension !== undefined) {
    const most = kinds.toSorted((a, b) => columns(header, b) - columns(header, a))[0]!;
    return columns(header, most) > 1 ? most : (extension.toLowerCase() as 'csv' | 'tsv');
  }
  if (second === undefined || second.trim() === '' || /^\s*(?:[[{#-]|[\w.-]+:(?:\s|$))/.test(header)) return undefined;
  return kinds.find(
    (kind) =>
      columns(header, kind) > 1 &&
      /^[\w .|:/@"'()-]+$/.test(header.trim().replaceAll(TABLES[kind], '')) &&
      columns(second, kind) >= columns(header, kind),
  );
}

/** The beginning of the file, up to a line end unless it is one long line. */
function headText(path: string, head: Buffer, passOver: boolean): string {
  const end = head.lastIndexOf(0x0a);
  // One long line may be cut in the middle of a character.
  const text = end < 0 ? decode(head, true) : decode(head.subarray(0, end + 1));
  if (text !== undefined) return text;
  if (passOver) return head.toString('utf8');
  throw invalid(path, 'expected UTF-8 text, got other bytes');
}

/**
 * JSON Lines have a whole JSON value on their first line and more below, or a single record; of a broken first
 * line, the second one tells.
 */
function layoutOf(text: string): Inspected['layout'] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const [first, second] = [objectIn(lines[0]), objectIn(lines[1])];
  if (first === undefined) return second !== undefined && lines[0]!.trimStart().startsWith('{') ? 'lines' : 'document';
  return second !== undefined || lines.length > 1 || 'query' in first ? 'lines' : 'document';
}

function objectIn(line: string | undefined): object | undefined {
  if (line === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
