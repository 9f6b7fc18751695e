/** Turns text into vectors of unit length. */
export interface Encoder {
  /** Names the encoder and its version: embeddings are cached under it, and an artifact works only with its own. */
  readonly id: string;
  readonly dim: number;
  /** `texts.length` vectors `[dim]`, each of unit length (zero for a text with nothing in it). */
  encode(texts: readonly string[]): Promise<Float32Array[]>;
  /** The same for one text, without waiting; only where the encoder runs in-process and fast. */
  encodeSync?(text: string): Float32Array;
}
