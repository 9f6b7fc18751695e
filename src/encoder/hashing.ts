import { createLexicalHasher, lowerCase, withoutMiddle } from './lexical.js';
import { STYLE, writeStyle } from './style.js';
import type { Encoder } from './types.js';
import { normalize } from './vectors.js';

/** Buckets that n-grams are hashed into. */
const BUCKETS = 1024;
/** How much of the unit vector's square length the style features take, at most. */
const STYLE_WEIGHT = 0.25;

/**
 * Hashed words and character 4-grams, and style features. It needs no weights and no download; the projection that
 * makes it good for routing is learned with the GNN, as its first layer.
 */
export function createHashingEncoder(): Encoder {
  const hashLexical = createLexicalHasher(BUCKETS);
  const encodeSync = (raw: string): Float32Array => {
    const text = withoutMiddle(raw);
    const vector = new Float32Array(BUCKETS + STYLE);
    if (!hashLexical(lowerCase(text), vector)) return vector;
    normalize(vector, 0, BUCKETS, Math.sqrt(1 - STYLE_WEIGHT));
    writeStyle(text, vector, BUCKETS, Math.sqrt(STYLE_WEIGHT / STYLE), false);
    normalize(vector, 0, vector.length, 1);
    return vector;
  };
  return {
    id: 'hashing-1',
    dim: BUCKETS + STYLE,
    words: { start: 0, end: BUCKETS },
    style: { start: BUCKETS, end: BUCKETS + STYLE },
    encodeSync,
    encode: async (texts) => texts.map(encodeSync),
  };
}
