import { join } from 'node:path';
import { packageRoot } from '../base/paths.js';
import { withoutFinalMarks } from './characters.js';
import { createLexicalHasher, lowerCase, withoutMiddle } from './lexical.js';
import { STYLE, writeStyle } from './style.js';
import { readTokenTable } from './token-table.js';
import type { Encoder } from './types.js';
import { multiplyBy, scaleTo, squareOf } from './vectors.js';
import { MAX_TOKENS, Vocabulary } from './vocabulary.js';

/** Buckets that n-grams are hashed into. */
const BUCKETS = 2048;
/** Lengths of the blocks before the whole is scaled to unit length. */
const LEXICAL_LENGTH = 6;
const SEMANTIC_LENGTH = 3;
/** Makes the style features' mean length 3 over questions and instructions in English. */
const STYLE_SCALE = 2.07;

/**
 * What words are looked for in: lower case, without the marks at the end, which are left out as often as not. A text
 * of nothing else keeps them.
 */
export function meaningText(text: string): string {
  const lower = lowerCase(text);
  const end = withoutFinalMarks(lower);
  return end === 0 ? lower : lower.slice(0, end);
}

/** Where the shipped weights are. */
export const STATIC_FOLDER = join(packageRoot, 'models/encoder');

/**
 * The built-in encoder, three blocks: hashed words and character 4-grams `[2048]`, style features `[16]`, and what the
 * text means `[128]`: the sum of its words' vectors, which were distilled from a sentence encoder
 * (`models/encoder/README.md`). The blocks' square lengths are about as 36 : 9 : 9.
 * Throws `encoder_unavailable` where `folder` does not hold the weights.
 */
export function openStaticEncoder(folder: string = STATIC_FOLDER): Encoder {
  const { version, words, dim, rows, scales } = readTokenTable(folder);
  const vocabulary = new Vocabulary(words);
  const hashLexical = createLexicalHasher(BUCKETS);
  const tokens = new Int32Array(MAX_TOKENS + 3);
  const semantic = { start: BUCKETS + STYLE, end: BUCKETS + STYLE + dim };

  /**
   * Sum of the words' vectors: of four words at a time, as reading and writing the sum takes longer than adding to it.
   */
  const writeMeaning = (lower: string, out: Float32Array): void => {
    const count = vocabulary.tokens(lower, tokens);
    // Up to three words more, which count for nothing, fill up the last four.
    tokens.fill(0, count, count + 3);
    const scaleOf = (i: number): number => (i < count ? scales[tokens[i]!]! : 0);
    const sum = out.subarray(semantic.start, semantic.end);
    for (let i = 0; i < count; i += 4) {
      const [a, b, c, d] = [tokens[i]! * dim, tokens[i + 1]! * dim, tokens[i + 2]! * dim, tokens[i + 3]! * dim];
      const [scaleA, scaleB, scaleC, scaleD] = [scaleOf(i), scaleOf(i + 1), scaleOf(i + 2), scaleOf(i + 3)];
      for (let k = 0; k < dim; k++)
        sum[k]! += scaleA * rows[a + k]! + scaleB * rows[b + k]! + scaleC * rows[c + k]! + scaleD * rows[d + k]!;
    }
  };

  const encodeSync = (raw: string): Float32Array => {
    const text = withoutMiddle(raw);
    const lower = meaningText(text);
    const vector = new Float32Array(semantic.end);
    if (!hashLexical(lower, vector)) return vector;
    writeStyle(text, vector, BUCKETS, STYLE_SCALE, true);
    writeMeaning(lower, vector);
    // Each block to its length, then the whole to unit length, in one go over the many zeros of the first block.
    const lexicalScale = scaleTo(vector, 0, BUCKETS, LEXICAL_LENGTH);
    const meaningScale = scaleTo(vector, semantic.start, semantic.end, SEMANTIC_LENGTH);
    const style = squareOf(vector, BUCKETS, semantic.start);
    const whole = 1 / Math.sqrt((lexicalScale && LEXICAL_LENGTH ** 2) + style + (meaningScale && SEMANTIC_LENGTH ** 2));
    multiplyBy(vector, 0, BUCKETS, lexicalScale * whole);
    multiplyBy(vector, BUCKETS, semantic.start, whole);
    multiplyBy(vector, semantic.start, semantic.end, meaningScale * whole);
    return vector;
  };

  return {
    id: `static-${version}`,
    dim: semantic.end,
    semantic,
    words: { start: 0, end: BUCKETS },
    style: { start: BUCKETS, end: BUCKETS + STYLE },
    encodeSync,
    encode: async (texts) => texts.map(encodeSync),
  };
}
