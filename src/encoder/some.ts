import type { Encoder } from './types.js';

/** Encodes texts; an empty one is the zero vector, without asking the encoder. */
export async function encodeSome(encoder: Encoder, texts: readonly string[]): Promise<Float32Array[]> {
  const filled = texts.filter((t) => t !== '');
  const vectors = filled.length > 0 ? await encoder.encode(filled) : [];
  let next = 0;
  return texts.map((t) => (t === '' ? new Float32Array(encoder.dim) : vectors[next++]!));
}
