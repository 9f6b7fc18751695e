import { isToken } from '../../src/encoder/vocabulary.js';
import { GLOVE_DIM } from './glove.js';

/** A word of the corpus this often is known, however rare it is elsewhere. */
const OFTEN = 5;
/** A word weighs `SMOOTH / (SMOOTH + its frequency)` before any training (Arora, Liang & Ma 2017). */
const SMOOTH = 3e-4;

export interface Words {
  words: readonly string[];
  /** `[words, 100]`, GloVe less its mean; zero for words without. */
  base: Float32Array;
  /** Logarithms of the weights to begin with, `[words]`. */
  logWeights: Float32Array;
}

/** The tokens that the encoder sees in a text; see `Vocabulary.tokens`. */
const tokensOf = (text: string): string[] => text.toLowerCase().match(/[a-z]+|[^\sa-z]/g) ?? [];

/**
 * Chooses `count` words: all ASCII characters, those that are frequent in the corpus, and the most frequent of GloVe.
 */
export function chooseWords(
  corpus: readonly string[],
  glove: ReadonlyMap<string, readonly number[]>,
  count: number,
): Words {
  const counts = new Map<string, number>();
  let total = 0;
  for (const text of corpus) {
    for (const token of tokensOf(text)) {
      counts.set(token, (counts.get(token) ?? 0) + 1);
      total++;
    }
  }
  const characters = Array.from({ length: 127 - 33 }, (_, i) => String.fromCharCode(33 + i));
  const candidates = [
    ...characters,
    ...[...counts].filter(([, n]) => n >= OFTEN).map(([word]) => word),
    ...glove.keys(),
  ];
  const words = [...new Set(candidates.filter(isToken))].slice(0, count);
  // Zipf's law for GloVe's words, in their order; the others as in the corpus.
  const ranks = new Map([...glove.keys()].map((word, rank) => [word, rank]));
  const frequency = (word: string): number => {
    const rank = ranks.get(word);
    return rank === undefined ? (counts.get(word) ?? 0) / total : 1 / ((rank + 3) * Math.log(ranks.size));
  };
  const base = new Float32Array(words.length * GLOVE_DIM);
  const mean = new Float64Array(GLOVE_DIM);
  const known = words.flatMap((word, i) => (glove.has(word) ? [[i, glove.get(word)!] as const] : []));
  for (const [, vector] of known) vector.forEach((x, d) => (mean[d]! += x / known.length));
  for (const [i, vector] of known) vector.forEach((x, d) => (base[i * GLOVE_DIM + d] = x - mean[d]!));
  return { words, base, logWeights: Float32Array.from(words, (word) => Math.log(SMOOTH / (SMOOTH + frequency(word)))) };
}
