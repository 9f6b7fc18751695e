import type { Encoder } from '../encoder/types.js';
import { withoutQueries, type QueryKeys, type SnapshotRows } from '../graph/rows.js';
import type { Ledger } from '../store/ports/index.js';
import type { QueryVectors } from './dataset.js';
import { openVectorStore } from '../store/sqlite/vectors.js';

/** Texts sent to an encoder at a time, and kept as soon as they are back. */
const CHUNK = 256;

/** Vectors of longer logs are kept on disk: 20,000 of the built-in encoder are 175 MB. */
const IN_MEMORY = 20_000;
/** In place of the number of a vector on disk. */
const NO_VECTOR = -1;

/** What was encoded before: in the ledger what a slow encoder answered, in a folder what a long log's queries are. */
export interface KnownVectors {
  ledger: Pick<Ledger, 'embeddings' | 'snapshot'>;
  /** See {@link openVectorStore}. */
  folder: string | null;
  /** How many vectors may be held in memory; more are kept on disk. */
  inMemory?: number;
}

/** What a snapshot is learned from: its queries as vectors, in order. */
export interface EncodedRows<Rows extends SnapshotRows> {
  rows: Rows;
  vectors: QueryVectors;
  /** Queries that were left out: their texts are forgotten, and nobody kept a vector of them. */
  leftOut: number;
}

/** Encodes a snapshot's queries, and leaves out those that can't be: with them go their scores and preferences. */
export async function encodeRows<Rows extends SnapshotRows>(
  encoder: Encoder,
  rows: Rows,
  known: KnownVectors,
  report: (done: number) => void,
): Promise<EncodedRows<Rows>> {
  const unknown = new Set<number>();
  const vectors = await encodeQueries(encoder, rows.queries, known, report, (place) => void unknown.add(place));
  if (unknown.size === 0) return { rows, vectors, leftOut: 0 };
  const places = Int32Array.from({ length: rows.queries.length }, (_, q) => q).filter((q) => !unknown.has(q));
  return {
    rows: withoutQueries(rows, places),
    vectors: { length: places.length, at: (place) => (place in places ? vectors.at(places[place]!) : undefined) },
    leftOut: unknown.size,
  };
}

/**
 * Encodes a snapshot's queries, in order. What a slow encoder answered is kept in the ledger by query hash and encoder;
 * an in-process one is faster than the look-up would be, but for a long log whose vectors are on disk anyway. A query
 * whose text is forgotten has the vector that was kept of it.
 *
 * @param onUnknown called with the place of one that has neither: its vector is zero
 */
export async function encodeQueries(
  encoder: Encoder,
  queries: QueryKeys,
  { ledger, folder, inMemory = IN_MEMORY }: KnownVectors,
  report: (done: number) => void,
  onUnknown: (place: number) => void = () => undefined,
): Promise<QueryVectors> {
  const store = queries.length > inMemory ? openVectorStore(folder, encoder.id, encoder.dim) : null;
  const vectors: Float32Array[] = [];
  const numbers = new Int32Array(store === null ? 0 : queries.length);
  for (let from = 0; from < queries.length; from += CHUNK) {
    const chunk = Array.from({ length: Math.min(CHUNK, queries.length - from) }, (_, i) => from + i);
    const found = store?.find(chunk.map((q) => queries.hashOf(q))) ?? [];
    const missing = chunk.filter((_, i) => found[i] === undefined);
    const encoded = await encodeChunk(encoder, queries, missing, ledger);
    missing.forEach((q, i) => encoded[i] === undefined && onUnknown(q));
    if (store === null) vectors.push(...encoded.map((vector) => vector ?? new Float32Array(encoder.dim)));
    else {
      const known = missing.flatMap((q, i): [string, Float32Array][] =>
        encoded[i] === undefined ? [] : [[queries.hashOf(q), encoded[i]]],
      );
      const put = store.put(known).values();
      const answered = new Map(missing.map((q, i) => [q, encoded[i] === undefined ? NO_VECTOR : put.next().value!]));
      chunk.forEach((q, i) => (numbers[q] = found[i] ?? answered.get(q)!));
    }
    report(from + chunk.length);
  }
  const read = (number: number): Float32Array =>
    number === NO_VECTOR ? new Float32Array(encoder.dim) : store!.read(number);
  return store === null
    ? vectors
    : { length: queries.length, at: (place) => (place in numbers ? read(numbers[place]!) : undefined) };
}

/** Vectors of a chunk of queries; undefined for one whose text is forgotten, and of which none was kept. */
async function encodeChunk(
  encoder: Encoder,
  queries: QueryKeys,
  chunk: readonly number[],
  ledger: KnownVectors['ledger'],
): Promise<(Float32Array | undefined)[]> {
  if (chunk.length === 0) return [];
  const hashes = chunk.map((q) => queries.hashOf(q));
  if (encoder.encodeSync === undefined) return encodeSlowly(encoder, hashes, ledger);
  const texts = await ledger.snapshot.texts(hashes);
  const forgotten = hashes.filter((_, i) => texts[i] === undefined);
  const kept = forgotten.length === 0 ? NONE : await ledger.embeddings.get(encoder.id, forgotten);
  return texts.map((text, i) => (text === undefined ? kept.get(hashes[i]!) : encoder.encodeSync!(text)));
}

const NONE: ReadonlyMap<string, Float32Array> = new Map();

async function encodeSlowly(
  encoder: Encoder,
  hashes: readonly string[],
  ledger: KnownVectors['ledger'],
): Promise<(Float32Array | undefined)[]> {
  const found = await ledger.embeddings.get(encoder.id, hashes);
  const missing = hashes.filter((hash) => !found.has(hash));
  const texts = missing.length === 0 ? [] : await ledger.snapshot.texts(missing);
  const known = missing.flatMap((hash, i) => (texts[i] === undefined ? [] : [{ hash, text: texts[i] }]));
  const encoded = known.length === 0 ? [] : await encoder.encode(known.map(({ text }) => text));
  const added = known.map(({ hash }, i): [string, Float32Array] => [hash, encoded[i]!]);
  await ledger.embeddings.put(encoder.id, added);
  for (const [hash, vector] of added) found.set(hash, vector);
  return hashes.map((hash) => found.get(hash));
}
