import { isLetter, isSpace } from './characters.js';
import { FNV_PRIME, FNV_SEED, finish } from './fnv.js';

/** Text past this many characters is left out of its middle, so that encoding has a bounded cost. */
export const MAX_CHARS = 16_000;

const GRAM_SEED = 0x2f0b4c47 | 0;
const GRAM = 4;
/** Most and fewest slots of the table of counts. */
const SLOTS = 65_536;
const LEAST_SLOTS = 256;

/** log(1 + count) of counts that are halves, by twice the count: most of a text's are small. */
const DAMPED = Float64Array.from({ length: 64 }, (_, halves) => Math.log1p(halves / 2));

/** `text` without its middle, if it is longer than {@link MAX_CHARS}. */
export const withoutMiddle = (text: string): string =>
  text.length > MAX_CHARS ? text.slice(0, MAX_CHARS / 2) + text.slice(-MAX_CHARS / 2) : text;

/** Lower case may be longer ("İ"), so it is cut again. */
export const lowerCase = (text: string): string => text.toLowerCase().slice(0, MAX_CHARS);

/**
 * Counts by hash: an open-addressed table, as a `Map` costs twice the whole encoding. A text has fewer than two grams a
 * character, and no more slots are used than four a character: half of them stay free, and those of a short text lie
 * close together.
 */
class GramCounts {
  /** Slots in use, in the order in which they were taken. */
  readonly used = new Int32Array(SLOTS / 2);
  size = 0;
  readonly hashes = new Int32Array(SLOTS);
  readonly counts = new Float32Array(SLOTS);
  #mask = SLOTS - 1;

  add(gram: number, weight: number): void {
    const hash = finish(gram);
    let slot = hash & this.#mask;
    while (this.counts[slot] !== 0 && this.hashes[slot] !== (hash | 0)) slot = (slot + 1) & this.#mask;
    if (this.counts[slot] === 0) {
      this.hashes[slot] = hash;
      this.used[this.size++] = slot;
    }
    this.counts[slot]! += weight;
  }

  /** Forgets all, and makes room for a text of `length` characters. */
  clear(length: number): void {
    for (let i = 0; i < this.size; i++) this.counts[this.used[i]!] = 0;
    this.size = 0;
    this.#mask = Math.max(LEAST_SLOTS, Math.min(SLOTS, 2 ** Math.ceil(Math.log2(4 * length + 1)))) - 1;
  }
}

/** Counts the hashed words, and the character 4-grams inside words, of lower-case text. */
function countGrams(text: string, counts: GramCounts): void {
  const end = text.length;
  let i = 0;
  while (i < end) {
    const first = text.charCodeAt(i);
    if (isSpace(first)) {
      i++;
    } else if (isLetter(first)) {
      let stop = i;
      let hash = FNV_SEED;
      while (stop < end && isLetter(text.charCodeAt(stop))) hash = Math.imul(hash ^ text.charCodeAt(stop++), FNV_PRIME);
      counts.add(hash, 1);
      // 4-grams of "<word>": the marks tell beginnings and ends from middles.
      const length = stop - i;
      if (length >= GRAM) {
        for (let at = -1; at <= length + 1 - GRAM; at++) {
          let gram = GRAM_SEED;
          for (let k = at; k < at + GRAM; k++)
            gram = Math.imul(gram ^ (k < 0 ? 60 : k >= length ? 62 : text.charCodeAt(i + k)), FNV_PRIME);
          counts.add(gram, 0.5);
        }
      }
      i = stop;
    } else {
      // Digits, punctuation and ideographs stand alone: how many there are says more than which number they make.
      counts.add(Math.imul(FNV_SEED ^ first, FNV_PRIME), 1);
      i++;
    }
  }
}

/**
 * Adds the lexical features of lower-case text, of at most {@link MAX_CHARS}, to `out[0, buckets)`; false if there are
 * none.
 */
export type LexicalHasher = (lower: string, out: Float32Array) => boolean;

/**
 * Signed feature hashing (Weinberger et al. 2009) of words and character 4-grams with damped counts, into `buckets`
 * (a power of two) buckets. Not to be called while it runs: it has one table.
 */
export function createLexicalHasher(buckets: number): LexicalHasher {
  const grams = new GramCounts();
  return (lower, out) => {
    grams.clear(lower.length);
    countGrams(lower, grams);
    for (let i = 0; i < grams.size; i++) {
      const slot = grams.used[i]!;
      const count = grams.counts[slot]!;
      const weight = DAMPED[2 * count] ?? Math.log1p(count);
      const hash = grams.hashes[slot]!;
      out[(hash >>> 1) & (buckets - 1)]! += hash & 1 ? weight : -weight;
    }
    return grams.size > 0;
  };
}
