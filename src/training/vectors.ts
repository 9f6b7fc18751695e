import type { Encoder } from '../encoder/types.js';
import type { QueryRow } from '../graph/rows.js';
import type { Ledger } from '../ledger/types.js';

/** Texts sent to an encoder at a time, and kept as soon as they are back. */
const CHUNK = 256;

/**
 * Encodes a snapshot's queries, in order. What a slow encoder answered is kept in the ledger by query hash and encoder;
 * an in-process one is faster than the look-up would be.
 */
export async function encodeQueries(encoder: Encoder, queries: readonly QueryRow[], cache: Pick<Ledger, 'getEmbeddings' | 'putEmbeddings'>, report: (done: number) => void): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  for (let from = 0; from < queries.length; from += CHUNK) {
    const chunk = queries.slice(from, from + CHUNK);
    if (encoder.encodeSync) chunk.forEach((q, i) => (vectors[from + i] = encoder.encodeSync!(q.text)));
    else {
      const found = cache.getEmbeddings(encoder.id, chunk.map((q) => q.hash));
      const missing = chunk.filter((q) => !found.has(q.hash));
      const encoded = missing.length === 0 ? [] : await encoder.encode(missing.map((q) => q.text));
      cache.putEmbeddings(encoder.id, missing.map((q, i) => [q.hash, encoded[i]!]));
      missing.forEach((q, i) => found.set(q.hash, encoded[i]!));
      chunk.forEach((q, i) => (vectors[from + i] = found.get(q.hash)!));
    }
    report(Math.min(from + CHUNK, queries.length));
  }
  return vectors;
}
