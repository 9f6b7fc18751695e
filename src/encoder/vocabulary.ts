import { isLower, isSpace } from './characters.js';
import { FNV_PRIME, FNV_SEED, finish } from './fnv.js';

/** Tokens of a text that count: what it means shows early, and the cost is bounded. */
export const MAX_TOKENS = 400;

/** Words by their hash, in an open-addressed table: no string is made to look one up. */
export class Vocabulary {
  readonly size: number;
  /** All words, each ended by a line feed. */
  readonly #text: string;
  /** Where word `i` begins in the text; `[size + 1]`. */
  readonly #starts: Int32Array;
  /** `1 + word` by slot, 0 where free; at least half are. */
  readonly #slots: Int32Array;

  /** `words` as the tokens that {@link tokens} finds, in lower case. */
  constructor(words: readonly string[]) {
    this.size = words.length;
    this.#text = words.map((word) => `${word}\n`).join('');
    this.#starts = new Int32Array(words.length + 1);
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * words.length + 2)));
    words.forEach((word, i) => {
      this.#starts[i + 1] = this.#starts[i]! + word.length + 1;
      let hash = FNV_SEED;
      for (let k = 0; k < word.length; k++) hash = Math.imul(hash ^ word.charCodeAt(k), FNV_PRIME);
      let slot = finish(hash) & (this.#slots.length - 1);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (this.#slots.length - 1);
      this.#slots[slot] = i + 1;
    });
  }

  /** The word `text[from, to)`, whose FNV hash is `hash`; −1 if it is none of them. */
  #find(text: string, from: number, to: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = finish(hash) & mask; ; slot = (slot + 1) & mask) {
      const word = this.#slots[slot]! - 1;
      if (word < 0) return -1;
      const start = this.#starts[word]!;
      if (this.#starts[word + 1]! - start - 1 !== to - from) continue;
      let k = 0;
      while (k < to - from && this.#text.charCodeAt(start + k) === text.charCodeAt(from + k)) k++;
      if (k === to - from) return word;
    }
  }

  /**
   * Writes the known words among the first {@link MAX_TOKENS} tokens of lower-case text to `out` (as long as that), and
   * returns how many they are. Tokens are runs of a–z; any other character that is no space is one by itself.
   */
  tokens(lower: string, out: Int32Array): number {
    let tokens = 0;
    let known = 0;
    let i = 0;
    while (i < lower.length && tokens < MAX_TOKENS) {
      const first = lower.charCodeAt(i);
      const start = i++;
      if (isSpace(first)) continue;
      let hash = Math.imul(FNV_SEED ^ first, FNV_PRIME);
      if (isLower(first))
        for (; i < lower.length && isLower(lower.charCodeAt(i)); i++)
          hash = Math.imul(hash ^ lower.charCodeAt(i), FNV_PRIME);
      tokens++;
      const word = this.#find(lower, start, i, hash);
      if (word >= 0) out[known++] = word;
    }
    return known;
  }
}

/** Whether {@link Vocabulary.tokens} can find `word`: a–z throughout, or one character. */
export const isToken = (word: string): boolean => /^(?:[a-z]+|[^\sA-Za-z])$/.test(word);
