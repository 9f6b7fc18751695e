import { createReadStream, openSync, readSync, closeSync, statSync, type Stats } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { PointsmanError, messageOf } from '../base/errors.js';

/** Bytes read from disk at a time. */
const CHUNK_BYTES = 512 * 1024;

/** A file as it was when it was first looked at; what is appended later is not read. */
export interface Source {
  path: string;
  /** Bytes on disk. */
  bytes: number;
  gzip: boolean;
}

/** Throws `invalid_file` when there is nothing to read at `path`. */
export function openSource(path: string): Source {
  const stats = statOf(path);
  if (!stats.isFile())
    throw invalid(
      path,
      'expected a file, got ' +
        `${stats.isDirectory() ? 'a folder; name the files in it' : 'something that is not a plain file'}`,
    );
  if (stats.size === 0) throw invalid(path, 'expected interactions, preferences or profiles, got an empty file');
  return { path, bytes: stats.size, gzip: isGzip(path) };
}

/** The file's content, decompressed; `onBytes` is told how far the file on disk was read. */
export async function* readContent(source: Source, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  const file = createReadStream(source.path, { end: source.bytes - 1, highWaterMark: CHUNK_BYTES });
  const gunzip = source.gzip ? createGunzip({ chunkSize: CHUNK_BYTES }) : undefined;
  if (gunzip) file.on('error', (error) => gunzip.destroy(error)).pipe(gunzip);
  try {
    for await (const chunk of (gunzip ?? file) as AsyncIterable<Buffer>) {
      onBytes(file.bytesRead);
      yield chunk;
    }
  } catch (error) {
    throw (error as { code?: string }).code?.startsWith('Z_') ? invalid(source.path, gzipProblem(error), error) : error;
  } finally {
    file.destroy();
    gunzip?.destroy();
  }
}

/** An `invalid_file` error about a file, or about one line of it. */
export function invalid(path: string, message: string, cause?: unknown): PointsmanError {
  return new PointsmanError('invalid_file', `${path}: ${message}`, cause === undefined ? {} : { cause });
}

function gzipProblem(error: unknown): string {
  const message = messageOf(error);
  return message === 'unexpected end of file'
    ? 'expected a whole .gz file, got a truncated one (unexpected end of file)'
    : `expected a .gz file, got a damaged one (${message})`;
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    const missing = (error as { code?: string }).code === 'ENOENT';
    throw invalid(path, missing ? 'expected a file, got nothing: there is no such file' : messageOf(error), error);
  }
}

function isGzip(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw invalid(path, `the file cannot be read: ${messageOf(error)}`, error);
  }
  try {
    const magic = Buffer.alloc(2);
    return readSync(file, magic, 0, 2, 0) === 2 && magic[0] === 0x1f && magic[1] === 0x8b;
  } finally {
    closeSync(file);
  }
}
