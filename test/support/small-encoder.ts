import { createLexicalHasher, lowerCase } from '../../src/encoder/lexical.js';
import { STYLE, writeStyle } from '../../src/encoder/style.js';
import type { Encoder } from '../../src/encoder/types.js';
import { normalize } from '../../src/encoder/vectors.js';

const BUCKETS = 48;
const STYLE_WEIGHT = 0.25;

/**
 * The hashing encoder with few dimensions, for tests that train often: the axes of meaning take time by the square of
 * them.
 */
export function createSmallEncoder(): Encoder {
  const hash = createLexicalHasher(BUCKETS);
  const encodeSync = (text: string): Float32Array => {
    const vector = new Float32Array(BUCKETS + STYLE);
    if (!hash(lowerCase(text), vector)) return vector;
    normalize(vector, 0, BUCKETS, Math.sqrt(1 - STYLE_WEIGHT));
    writeStyle(text, vector, BUCKETS, Math.sqrt(STYLE_WEIGHT / STYLE), false);
    normalize(vector, 0, vector.length, 1);
    return vector;
  };
  return {
    id: 'small',
    dim: BUCKETS + STYLE,
    words: { start: 0, end: BUCKETS },
    style: { start: BUCKETS, end: BUCKETS + STYLE },
    encodeSync,
    encode: async (texts) => texts.map(encodeSync),
  };
}
