import type { EmbeddingStore } from '../ports/embeddings.js';
import type { Connection } from './connection.js';
import { packVector, unpackVector } from './packed-vector.js';

/** Rows written per transaction: whoever encodes slowly must not hold the lock while it does. */
const ROWS_PER_WRITE = 500;

/** Vectors of queries, by encoder and query hash, so that a text is encoded once. */
export function createEmbeddings(connection: Connection): EmbeddingStore {
  const find = connection.db
    .prepare<[string, string], Buffer>('SELECT vector FROM embedding WHERE encoder = ? AND hash = ?')
    .pluck();
  const put = connection.db.prepare<[string, string, Buffer]>(
    `INSERT INTO embedding (encoder, hash, vector) VALUES (?, ?, ?)
     ON CONFLICT (encoder, hash) DO UPDATE SET vector = excluded.vector`,
  );
  const writeAll = (encoder: string, rows: readonly [string, Float32Array][]): void =>
    connection.write(() => {
      for (const [hash, vector] of rows) put.run(encoder, hash, packVector(vector));
    });
  return {
    get: async (encoder, hashes) =>
      connection.read(() => {
        const found = new Map<string, Float32Array>();
        for (const hash of hashes) {
          const bytes = find.get(encoder, hash);
          if (bytes !== undefined) found.set(hash, unpackVector(bytes));
        }
        return found;
      }),
    async put(encoder, rows) {
      let pending: [string, Float32Array][] = [];
      for (const row of rows) {
        pending.push(row);
        if (pending.length < ROWS_PER_WRITE) continue;
        writeAll(encoder, pending);
        pending = [];
      }
      if (pending.length > 0) writeAll(encoder, pending);
    },
  };
}
