import type { Encoder } from '../encoder/types.js';
import type { QueryTable } from '../graph/rows.js';
import type { Ledger } from '../ledger/types.js';
import type { QueryVectors } from '../profile/structured/dataset.js';
import { createVectorFile } from './vector-file.js';

/** Texts sent to an encoder at a time, and kept as soon as they are back. */
const CHUNK = 256;

/** Vectors of longer logs are kept on disk: 20,000 of the built-in encoder are 175 MB. */
const IN_MEMORY = 20_000;

/**
 * Encodes a snapshot's queries, in order. What a slow encoder answered is kept in the ledger by query hash and encoder;
 * an in-process one is faster than the look-up would be.
 *
 * @param inMemory how many vectors may be held in memory; more are kept in a file that goes with the process
 */
export async function encodeQueries(encoder: Encoder, queries: QueryTable, cache: Pick<Ledger, 'getEmbeddings' | 'putEmbeddings'>, report: (done: number) => void, inMemory = IN_MEMORY): Promise<QueryVectors> {
  const vectors: Float32Array[] = [];
  const file = queries.length > inMemory ? createVectorFile(encoder.dim, queries.length) : null;
  const keep = (vector: Float32Array): void => void (file === null ? vectors.push(vector) : file.append(vector));
  for (let from = 0; from < queries.length; from += CHUNK) {
    const chunk = Array.from({ length: Math.min(CHUNK, queries.length - from) }, (_, i) => from + i);
    if (encoder.encodeSync) for (const q of chunk) keep(encoder.encodeSync(queries.textOf(q)));
    else {
      const hashes = chunk.map((q) => queries.hashOf(q));
      const found = cache.getEmbeddings(encoder.id, hashes);
      const missing = chunk.filter((_, i) => !found.has(hashes[i]!));
      const encoded = missing.length === 0 ? [] : await encoder.encode(missing.map((q) => queries.textOf(q)));
      cache.putEmbeddings(encoder.id, missing.map((q, i) => [queries.hashOf(q), encoded[i]!]));
      missing.forEach((q, i) => found.set(queries.hashOf(q), encoded[i]!));
      for (const hash of hashes) keep(found.get(hash)!);
    }
    report(from + chunk.length);
  }
  return file ?? vectors;
}
