import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type SQLite from 'better-sqlite3';
import { sha256 } from '../../base/hash.js';
import { Database } from './database.js';

/** How long another process that writes is waited for, in milliseconds. */
const BUSY_TIMEOUT_MS = 60_000;

/**
 * Vectors on disk by query hash, for logs whose vectors memory should not hold, kept for the runs that come after: to
 * encode ten million interactions' queries takes longer than to train on from what was learned. It is a cache: it may
 * be deleted whenever no training runs.
 */
export interface VectorStore {
  /** Its number for the vector of each query; undefined where it has none. */
  find(hashes: readonly string[]): (number | undefined)[];
  /** Keeps vectors; answers their numbers. */
  put(vectors: readonly [hash: string, vector: Float32Array][]): number[];
  /** `[dim]` */
  read(number: number): Float32Array;
}

/**
 * Opens the store of an encoder; one that is damaged is begun anew.
 *
 * @param folder where the stores of all encoders are; null for one that goes with the process
 * @param dim at most 65,535
 */
export function openVectorStore(folder: string | null, encoder: string, dim: number): VectorStore {
  const db = open(folder === null ? '' : join(folder, `${sha256(encoder).slice(0, 16)}.sqlite`));
  const find = db.prepare<[Buffer], number>('SELECT id FROM vector WHERE hash = ?').pluck();
  const add = db
    .prepare<[Buffer, Buffer], number>(
      'INSERT INTO vector (hash, vector) VALUES (?, ?) ON CONFLICT (hash) DO UPDATE SET vector = ' +
        'excluded.vector RETURNING id',
    )
    .pluck();
  const read = db.prepare<[number], Buffer>('SELECT vector FROM vector WHERE id = ?').pluck();
  const { pack, unpack } = createPacking(dim);
  const put = db.transaction((vectors: readonly [string, Float32Array][]) =>
    vectors.map(([hash, vector]) => add.get(Buffer.from(hash, 'hex'), pack(vector))!),
  );
  return {
    find: (hashes) => hashes.map((hash) => find.get(Buffer.from(hash, 'hex'))),
    put: (vectors) => put.immediate(vectors),
    read: (number) => unpack(read.get(number)!),
  };
}

/** @param file the empty name is SQLite's for a temporary database */
function open(file: string): SQLite.Database {
  if (file !== '') mkdirSync(dirname(file), { recursive: true });
  try {
    return configured(new Database(file, { timeout: BUSY_TIMEOUT_MS }));
  } catch (error) {
    if (!(error instanceof Database.SqliteError) || !/^SQLITE_(NOTADB|CORRUPT)/.test(error.code)) throw error;
    for (const part of ['', '-wal', '-shm']) rmSync(file + part, { force: true });
    return configured(new Database(file, { timeout: BUSY_TIMEOUT_MS }));
  }
}

function configured(db: SQLite.Database): SQLite.Database {
  // Vectors take some two kilobytes: larger pages are better filled.
  db.pragma('page_size = 16384');
  db.pragma('journal_mode = WAL');
  // What is lost with the power is encoded again.
  db.pragma('synchronous = NORMAL');
  db.exec(
    'CREATE TABLE IF NOT EXISTS vector (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, vector BLOB NOT ' +
      'NULL) STRICT',
  );
  return db;
}

/**
 * Only what is not 0 is kept: the hashed words that make most of the built-in encoder's dimensions are rarely any. The
 * number n of those values (uint16), then their dimensions (uint16), then the values (float32), as this machine has
 * them.
 */
function createPacking(dim: number): { pack(vector: Float32Array): Buffer; unpack(bytes: Buffer): Float32Array } {
  const dims = new Uint16Array(dim);
  const values = new Float32Array(dim);
  const [dimBytes, valueBytes] = [Buffer.from(dims.buffer), Buffer.from(values.buffer)];
  return {
    pack(vector) {
      let count = 0;
      for (let d = 0; d < dim; d++) {
        if (vector[d] === 0) continue;
        dims[count] = d;
        values[count++] = vector[d]!;
      }
      const bytes = Buffer.allocUnsafe(2 + 6 * count);
      bytes.writeUInt16LE(count);
      dimBytes.copy(bytes, 2, 0, 2 * count);
      valueBytes.copy(bytes, 2 + 2 * count, 0, 4 * count);
      return bytes;
    },
    unpack(bytes) {
      const count = bytes.readUInt16LE();
      bytes.copy(dimBytes, 0, 2);
      bytes.copy(valueBytes, 0, 2 + 2 * count);
      const vector = new Float32Array(dim);
      for (let i = 0; i < count; i++) vector[dims[i]!] = values[i]!;
      return vector;
    },
  };
}
