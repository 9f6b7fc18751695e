import { open, type FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { parquetMetadataAsync, parquetReadObjects, type AsyncBuffer, type FileMetaData } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { messageOf } from '../base/errors.js';
import type { Row } from './formats/types.js';
import { invalid, readContent, type Source } from './source.js';

/** Some rows of a table, and where they stand. */
export interface RowBlock {
  rows: { row: Row; where: string }[];
}

/** Rows handed on at a time. */
const BLOCK = 500;
/** Rows of a Parquet file decoded at a time. */
const PARQUET_BLOCK = 2_000;
/** Longest row of a CSV file, in characters. */
const MAX_ROW = 4 * 1024 * 1024;

/** A line that is no row of its table. */
export interface BrokenLine {
  where: string;
  message: string;
}

/**
 * Rows of a CSV or TSV file with a header.
 *
 * @param onBroken told of lines that can't be read; unless given, the first of them is thrown as `invalid_file`
 */
export async function* readCsv(
  source: Source,
  delimiter: ',' | '\t' | ';',
  onBytes: (bytes: number) => void,
  onBroken?: (line: BrokenLine) => void,
): AsyncGenerator<RowBlock> {
  const parser = parse({
    columns: (names: string[]) => names.map((name) => name.trim()),
    bom: true,
    on_record: (record: Row, { lines }: { lines: number }) => ({ row: record, where: `${source.path}, line ${lines}` }),
    delimiter,
    skip_empty_lines: true,
    max_record_size: MAX_ROW,
    // Where columns are parted by semicolons, numbers have commas.
    ...(delimiter === ';' && { cast: (value: string) => value.replace(/^\s*(-?\d+),(\d+)\s*$/, '$1.$2') }),
    skip_records_with_error: onBroken !== undefined,
    on_skip: (error) => {
      const line = (error as unknown as { lines?: number } | undefined)?.lines;
      onBroken?.({ where: `${source.path}, line ${line ?? '?'}`, message: messageOf(error) });
      return undefined;
    },
  });
  // What goes wrong in one ends the other; whoever reads the rows sees it.
  pipeline(Readable.from(decoded(source, onBytes)), parser, () => undefined);
  let block: RowBlock = { rows: [] };
  try {
    for await (const placed of parser as AsyncIterable<RowBlock['rows'][number]>) {
      block.rows.push(placed);
      if (block.rows.length < BLOCK) continue;
      yield block;
      block = { rows: [] };
    }
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith('CSV_')) throw invalid(source.path, messageOf(error), error);
    throw error;
  } finally {
    parser.destroy();
  }
  if (block.rows.length > 0) yield block;
}

/** The text of a file. Throws `invalid_file` where it is not UTF-8. */
async function* decoded(source: Source, onBytes: (bytes: number) => void): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of readContent(source, onBytes)) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (error) {
    throw error instanceof TypeError ? invalid(source.path, 'expected UTF-8 text, got other bytes', error) : error;
  }
}

/** A file as hyparquet reads it, in parts. */
function bufferOf(file: FileHandle, bytes: number, onBytes: (bytes: number) => void): AsyncBuffer {
  let furthest = 0;
  return {
    byteLength: bytes,
    async slice(start, end = bytes) {
      const length = end - start;
      const buffer = Buffer.alloc(length);
      await file.read(buffer, 0, length, start);
      if (end < bytes) onBytes((furthest = Math.max(furthest, end)));
      return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + length);
    },
  };
}

/** Values as JSON has them: whole numbers of 64 bits are numbers, bytes are text. */
function plainValue(value: unknown): unknown {
  // What a number can't hold is an id.
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plainValue(one)]));
}

/** Rows of a Parquet file, a part of a row group at a time. */
export async function* readParquet(source: Source, onBytes: (bytes: number) => void): AsyncGenerator<RowBlock> {
  const file = await open(source.path);
  try {
    const buffer = bufferOf(file, source.bytes, onBytes);
    let metadata: FileMetaData;
    try {
      metadata = await parquetMetadataAsync(buffer);
    } catch (error) {
      throw invalid(source.path, `expected a Parquet file, got a broken one (${messageOf(error)})`, error);
    }
    const rows = Number(metadata.num_rows);
    for (let rowStart = 0; rowStart < rows; rowStart += PARQUET_BLOCK) {
      const rowEnd = Math.min(rows, rowStart + PARQUET_BLOCK);
      let found: Record<string, unknown>[];
      try {
        found = await parquetReadObjects({ file: buffer, metadata, compressors, rowStart, rowEnd });
      } catch (error) {
        throw invalid(source.path, `row ${rowStart + 1}: expected a Parquet file, got ${messageOf(error)}`, error);
      }
      yield {
        rows: found.map((row, i) => ({
          row: plainValue(row) as Row,
          where: `${source.path}, row ${rowStart + i + 1}`,
        })),
      };
    }
    onBytes(source.bytes);
  } finally {
    await file.close();
  }
}
