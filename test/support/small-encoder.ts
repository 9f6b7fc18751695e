import { createLexicalHasher, lowerCase } from '../../src/encoder/lexical.js';
import type { Encoder } from '../../src/encoder/types.js';
import { normalize } from '../../src/encoder/vectors.js';

const BUCKETS = 48;

/** An encoder of few dimensions, for tests that train often: the axes of meaning take time by the square of them. */
export function createSmallEncoder(): Encoder {
  const hash = createLexicalHasher(BUCKETS);
  const encodeSync = (text: string): Float32Array => {
    const vector = new Float32Array(BUCKETS);
    if (hash(lowerCase(text), vector)) normalize(vector, 0, BUCKETS, 1);
    return vector;
  };
  return { id: 'small', dim: BUCKETS, encodeSync, encode: async (texts) => texts.map(encodeSync) };
}
