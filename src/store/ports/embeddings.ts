/** Vectors of queries, by encoder and query hash, so that a text is encoded once. */
export interface EmbeddingStore {
  /** Vectors `[dim]` by query hash; missing ones are absent from the map. */
  get(encoder: string, hashes: readonly string[]): Promise<Map<string, Float32Array>>;
  /** Writes in parts: those before one that fails are kept. Throws `ledger_busy`. */
  put(encoder: string, rows: Iterable<[hash: string, vector: Float32Array]>): Promise<void>;
}
