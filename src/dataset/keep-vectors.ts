import { whileBusy } from '../base/while-busy.js';
import type { Encoder } from '../encoder/types.js';
import type { EmbeddingStore } from '../store/ports/embeddings.js';

/** A text and its SHA-256, in hexadecimal. */
export interface HashedText {
  hash: string;
  text: string;
}

/** Longest that a write waits for a ledger that others write to, in milliseconds. */
const BUSY_LIMIT_MS = 2_000;

/**
 * Keeps vectors of texts that are not kept themselves, so that they are trained on by their hashes. A slow encoder is
 * asked only for those that it has not answered before. Rejects where it fails, or with `ledger_busy`.
 */
export async function keepVectors(
  texts: readonly HashedText[],
  { embeddings, encoder }: { embeddings: EmbeddingStore; encoder: Encoder },
): Promise<void> {
  const byHash = new Map(texts.map(({ hash, text }) => [hash, text]));
  const found = await embeddings.get(encoder.id, [...byHash.keys()]);
  const missing = [...byHash].filter(([hash]) => !found.has(hash));
  if (missing.length === 0) return;
  const vectors = await encoder.encode(missing.map(([, text]) => text));
  const rows = missing.map(([hash], i): [string, Float32Array] => [hash, vectors[i]!]);
  await whileBusy(BUSY_LIMIT_MS, () => embeddings.put(encoder.id, rows));
}
