import type { Encoder } from '../encoder/types.js';
import type { QueryKeys } from '../graph/rows.js';
import type { Ledger } from '../store/ports/index.js';
import type { QueryVectors } from './dataset.js';
import { openVectorStore } from '../store/sqlite/vectors.js';

/** Texts sent to an encoder at a time, and kept as soon as they are back. */
const CHUNK = 256;

/** Vectors of longer logs are kept on disk: 20,000 of the built-in encoder are 175 MB. */
const IN_MEMORY = 20_000;

/** What was encoded before: in the ledger what a slow encoder answered, in a folder what a long log's queries are. */
export interface KnownVectors {
  ledger: Pick<Ledger, 'embeddings' | 'snapshot'>;
  /** See {@link openVectorStore}. */
  folder: string | null;
  /** How many vectors may be held in memory; more are kept on disk. */
  inMemory?: number;
}

/**
 * Encodes a snapshot's queries, in order. What a slow encoder answered is kept in the ledger by query hash and encoder;
 * an in-process one is faster than the look-up would be, but for a long log whose vectors are on disk anyway.
 */
export async function encodeQueries(
  encoder: Encoder,
  queries: QueryKeys,
  { ledger, folder, inMemory = IN_MEMORY }: KnownVectors,
  report: (done: number) => void,
): Promise<QueryVectors> {
  const store = queries.length > inMemory ? openVectorStore(folder, encoder.id, encoder.dim) : null;
  const vectors: Float32Array[] = [];
  const numbers = new Int32Array(store === null ? 0 : queries.length);
  for (let from = 0; from < queries.length; from += CHUNK) {
    const chunk = Array.from({ length: Math.min(CHUNK, queries.length - from) }, (_, i) => from + i);
    const found = store?.find(chunk.map((q) => queries.hashOf(q))) ?? [];
    const missing = chunk.filter((_, i) => found[i] === undefined);
    const encoded = await encodeChunk(encoder, queries, missing, ledger);
    if (store === null) vectors.push(...encoded);
    else {
      const put = store.put(missing.map((q, i) => [queries.hashOf(q), encoded[i]!])).values();
      numbers.set(
        found.map((number) => number ?? put.next().value!),
        from,
      );
    }
    report(from + chunk.length);
  }
  return store === null
    ? vectors
    : { length: queries.length, at: (place) => (place in numbers ? store.read(numbers[place]!) : undefined) };
}

async function encodeChunk(
  encoder: Encoder,
  queries: QueryKeys,
  chunk: readonly number[],
  ledger: KnownVectors['ledger'],
): Promise<Float32Array[]> {
  if (chunk.length === 0) return [];
  const hashes = chunk.map((q) => queries.hashOf(q));
  const textsOf = async (of: readonly string[]): Promise<string[]> =>
    (await ledger.snapshot.texts(of)).map((text) => text ?? '');
  if (encoder.encodeSync) return (await textsOf(hashes)).map((text) => encoder.encodeSync!(text));
  const found = await ledger.embeddings.get(encoder.id, hashes);
  const missing = hashes.filter((hash) => !found.has(hash));
  const encoded = missing.length === 0 ? [] : await encoder.encode(await textsOf(missing));
  const added = missing.map((hash, i): [string, Float32Array] => [hash, encoded[i]!]);
  await ledger.embeddings.put(encoder.id, added);
  for (const [hash, vector] of added) found.set(hash, vector);
  return hashes.map((hash) => found.get(hash)!);
}
