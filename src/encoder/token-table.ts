import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PointsmanError, messageOf } from '../base/errors.js';
import { parse } from '../schema/parse.js';

/** A vector for each token: row `i` is `rows[i · dim, (i + 1) · dim) · scales[i]`. */
export interface TokenTable {
  /** Counts up with every table that is shipped: vectors of another are of another encoder. */
  version: string;
  words: readonly string[];
  dim: number;
  /** `[words, dim]`. */
  rows: Int8Array;
  /** `[words]`. */
  scales: Float32Array;
}

export const TABLE_FILE = 'static.safetensors';
export const WORDS_FILE = 'words.txt';

const Offsets = z.tuple([z.int().min(0), z.int().min(0)]);

const Header = z.object({
  __metadata__: z.object({ version: z.string().regex(/^\d+$/), sha256: z.string() }),
  rows: z.object({ dtype: z.literal('I8'), shape: z.tuple([z.int().min(1), z.int().min(1)]), data_offsets: Offsets }),
  scales: z.object({ dtype: z.literal('F32'), shape: z.tuple([z.int().min(1)]), data_offsets: Offsets }),
});

const unavailable = (file: string, why: string, cause?: unknown): PointsmanError =>
  new PointsmanError(
    'encoder_unavailable',
    `static encoder: ${file}: ${why}. It comes with Pointsman: install that again, or make it with \`npm run ` +
      `encoder:distil\` (scripts/encoder)`,
    { cause },
  );

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw unavailable(file, messageOf(error), error);
  }
}

const digest = (words: Uint8Array, body: Uint8Array): string =>
  createHash('sha256').update(words).update(body).digest('hex');

/**
 * The two files of a table: the words, one a line, and the numbers in the safetensors format
 * (https://github.com/huggingface/safetensors), with a hash of both.
 */
export function encodeTokenTable(
  { version, words, dim, rows, scales }: TokenTable,
  notes: Record<string, string> = {},
): { words: Buffer; table: Buffer } {
  const lines = Buffer.from(words.map((word) => `${word}\n`).join(''));
  // The floats first: so they begin at a multiple of eight bytes.
  const body = Buffer.concat([
    Buffer.from(scales.buffer, scales.byteOffset, scales.byteLength),
    Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength),
  ]);
  const header: z.infer<typeof Header> = {
    __metadata__: { ...notes, version, sha256: digest(lines, body) },
    scales: { dtype: 'F32', shape: [words.length], data_offsets: [0, scales.byteLength] },
    rows: { dtype: 'I8', shape: [words.length, dim], data_offsets: [scales.byteLength, body.byteLength] },
  };
  let json = JSON.stringify(header);
  json += ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(json)));
  return { words: lines, table: Buffer.concat([length, Buffer.from(json), body]) };
}

/**
 * Reads what {@link encodeTokenTable} wrote to `folder`. Throws `encoder_unavailable`, naming the file that is missing
 * or damaged.
 */
export function readTokenTable(folder: string): TokenTable {
  const [wordsFile, tableFile] = [join(folder, WORDS_FILE), join(folder, TABLE_FILE)];
  const lines = read(wordsFile);
  const file = read(tableFile);
  const headerBytes = file.byteLength < 8 ? Number.POSITIVE_INFINITY : Number(file.readBigUInt64LE());
  if (8 + headerBytes > file.byteLength) throw unavailable(tableFile, `is cut off: it has ${file.byteLength} bytes`);
  let json: unknown;
  try {
    json = JSON.parse(file.toString('utf8', 8, 8 + headerBytes));
  } catch (error) {
    throw unavailable(tableFile, 'is damaged: its header is not JSON', error);
  }
  const {
    __metadata__: metadata,
    rows,
    scales,
  } = parse(Header, json, 'encoder_unavailable', `static encoder: ${tableFile}, header`);
  const body = file.subarray(8 + headerBytes);
  if (digest(lines, body) !== metadata.sha256)
    throw unavailable(
      tableFile,
      `does not belong to ${wordsFile}, or one of them is damaged: their hash is not the one in the header`,
    );
  const words = lines.toString('utf8').split('\n').slice(0, -1);
  const [count, dim] = rows.shape;
  const [from, to] = rows.data_offsets;
  if (words.length !== count || scales.shape[0] !== count || to - from !== count * dim)
    throw unavailable(tableFile, `expected ${words.length} rows of numbers, one for each word, got ${count}`);
  return {
    version: metadata.version,
    words,
    dim,
    rows: new Int8Array(body.buffer, body.byteOffset + from, count * dim),
    // Copied, so that the numbers are aligned.
    scales: new Float32Array(new Uint8Array(body.subarray(...scales.data_offsets)).buffer),
  };
}
