/** A part `[start, end)` of a vector. */
export interface PartRange {
  readonly start: number;
  readonly end: number;
}

/** Turns text into vectors of unit length. */
export interface Encoder {
  /** Names the encoder and its version: embeddings are cached under it, and an artifact works only with its own. */
  readonly id: string;
  readonly dim: number;
  /** The part `[start, end)` of a vector that carries meaning, for encoders that have one; absent: the whole vector. */
  readonly semantic?: PartRange;
  /** The part that holds hashed words, for encoders that have one. */
  readonly words?: PartRange;
  /** The part that describes how a text is written (length, digits, code, choices …), for encoders that have one. */
  readonly style?: PartRange;
  /** `texts.length` vectors `[dim]`, each of unit length (zero for a text with nothing in it). */
  encode(texts: readonly string[]): Promise<Float32Array[]>;
  /** The same for one text, without waiting; only where the encoder runs in-process and fast. */
  encodeSync?(text: string): Float32Array;
}
