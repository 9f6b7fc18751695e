import { createHash } from 'node:crypto';
import { decode, MAX_LINE_BYTES } from './lines.js';
import { invalid, readContent, type Source } from './source.js';

/** What a file is, found by reading it through once before anything is written. */
export interface Inspected {
  source: Source;
  /** SHA-256 of the uncompressed content. */
  hash: string;
  /** Uncompressed. */
  bytes: number;
  /** `lines`: one JSON object a line, any number of them. `document`: one JSON or YAML value. */
  layout: 'lines' | 'document';
}

/** Throws `invalid_file` for a truncated, damaged, binary or blank file. */
export async function inspect(source: Source, onBytes: (bytes: number) => void): Promise<Inspected> {
  const hash = createHash('sha256');
  const head: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of readContent(source, onBytes)) {
    if (bytes < MAX_LINE_BYTES) head.push(chunk);
    if (chunk.includes(0)) throw invalid(source.path, 'expected JSON or YAML text, got a binary file');
    hash.update(chunk);
    bytes += chunk.length;
  }
  const text = headText(source.path, Buffer.concat(head));
  if (text.trim() === '')
    throw invalid(source.path, 'expected interactions, preferences or profiles, got an empty file');
  return { source, hash: hash.digest('hex'), bytes, layout: layoutOf(text) };
}

/** The beginning of the file, up to a line end unless it is one long line. */
function headText(path: string, head: Buffer): string {
  const end = head.lastIndexOf(0x0a);
  const text = decode(end < 0 ? head : head.subarray(0, end + 1));
  if (text === undefined) throw invalid(path, 'expected UTF-8 text, got other bytes');
  return text;
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
