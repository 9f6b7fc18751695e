import type { Encoder } from './types.js';

/** Buckets that n-grams are hashed into. */
const BUCKETS = 1024;
const STYLE = 16;
/** Text past this many characters is left out of its middle, so that encoding has a bounded cost. */
const MAX_CHARS = 16_000;
/** How much of the unit vector's square length the style features take, at most. */
const STYLE_WEIGHT = 0.25;

/** Final mix of a 32-bit hash, so that the low bits depend on every bit (Mulvey, "lowbias32"). */
function finish(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

const FNV_PRIME = 0x01000193;
const WORD_SEED = 0x811c9dc5 | 0;
const GRAM_SEED = 0x2f0b4c47 | 0;
const GRAM = 4;
const SLOTS = 65_536;

const isSpace = (c: number): boolean => c === 32 || (c >= 9 && c <= 13) || c === 0xa0 || c === 0x3000;
const isDigit = (c: number): boolean => c >= 48 && c <= 57;
/** Scripts without spaces between words: each character is a word of its own. */
const isIdeograph = (c: number): boolean => (c >= 0x3040 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3);
const isLetter = (c: number): boolean => (c >= 97 && c <= 122) || (c > 127 && !isIdeograph(c) && !isSpace(c) && !(c >= 0x2000 && c <= 0x206f));

/**
 * Counts by hash: an open-addressed table, as a `Map` costs twice the whole encoding. A text of {@link MAX_CHARS} has
 * fewer than two grams a character, so that half of the slots stay free.
 */
class GramCounts {
  /** Slots in use, in the order in which they were taken. */
  readonly used = new Int32Array(SLOTS / 2);
  size = 0;
  readonly hashes = new Int32Array(SLOTS);
  readonly counts = new Float32Array(SLOTS);

  add(gram: number, weight: number): void {
    const hash = finish(gram);
    let slot = hash & (SLOTS - 1);
    while (this.counts[slot] !== 0 && this.hashes[slot] !== (hash | 0)) slot = (slot + 1) & (SLOTS - 1);
    if (this.counts[slot] === 0) {
      this.hashes[slot] = hash;
      this.used[this.size++] = slot;
    }
    this.counts[slot]! += weight;
  }

  clear(): void {
    for (let i = 0; i < this.size; i++) this.counts[this.used[i]!] = 0;
    this.size = 0;
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
      let hash = WORD_SEED;
      while (stop < end && isLetter(text.charCodeAt(stop))) hash = Math.imul(hash ^ text.charCodeAt(stop++), FNV_PRIME);
      counts.add(hash, 1);
      // 4-grams of "<word>": the marks tell beginnings and ends from middles.
      const length = stop - i;
      if (length >= GRAM) {
        for (let at = -1; at <= length + 1 - GRAM; at++) {
          let gram = GRAM_SEED;
          for (let k = at; k < at + GRAM; k++) gram = Math.imul(gram ^ (k < 0 ? 60 : k >= length ? 62 : text.charCodeAt(i + k)), FNV_PRIME);
          counts.add(gram, 0.5);
        }
      }
      i = stop;
    } else {
      // Digits, punctuation and ideographs stand alone: how many there are says more than which number they make.
      counts.add(Math.imul(WORD_SEED ^ first, FNV_PRIME), 1);
      i++;
    }
  }
}

/**
 * Features that n-grams miss, each about in [−1, 1]: length, how much of the text is digits, capitals, symbols,
 * line breaks, mathematics, code, choices, other scripts.
 */
function style(text: string, out: Float32Array, offset: number): void {
  let digits = 0;
  let upper = 0;
  let symbols = 0;
  let lines = 0;
  let words = 0;
  let foreign = 0;
  let questions = 0;
  let dollars = 0;
  let choices = 0;
  let inWord = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    const space = isSpace(c);
    if (!space && !inWord) words++;
    inWord = !space;
    if (c === 10) lines++;
    else if (isDigit(c)) digits++;
    else if (c >= 65 && c <= 90) {
      upper++;
      const next = text.charCodeAt(i + 1);
      if (c <= 72 && (next === 46 || next === 41 || next === 58) && (i === 0 || isSpace(text.charCodeAt(i - 1)) || text.charCodeAt(i - 1) === 40)) choices++;
    } else if (c > 127) foreign++;
    else if (c === 63) questions++;
    else if (c === 36 || c === 92) dollars++;
    if (!space && c < 128 && !isDigit(c) && !(c >= 65 && c <= 90) && !(c >= 97 && c <= 122)) symbols++;
  }
  const n = Math.max(1, text.length);
  const squash = (x: number): number => Math.tanh(x);
  const values = [
    squash((Math.log(n) - 5) / 1.5),
    squash((Math.log(words + 1) - 3.2) / 1.5),
    squash((10 * digits) / n),
    squash((8 * upper) / n),
    squash((8 * symbols) / n),
    squash(lines / 5),
    squash((10 * foreign) / n),
    squash(questions / 2),
    squash(dollars / 4),
    squash(choices / 3),
    squash((n / Math.max(1, words) - 5.5) / 1.5),
    text.trimEnd().endsWith('?') ? 1 : 0,
    /\b(?:def|function|return|class|import|assert|python|code)\b/i.test(text) ? 1 : 0,
    /\b(?:translate|summar|rewrite|write)/i.test(text) ? 1 : 0,
    /\b(?:how many|how much|calculate|compute|solve|find the)\b/i.test(text) ? 1 : 0,
    /\b(?:who|when|where|which|what)\b/i.test(text) ? 1 : 0,
  ];
  let square = 0;
  for (const v of values) square += v * v;
  const scale = square === 0 ? 0 : Math.sqrt(STYLE_WEIGHT / STYLE);
  for (let k = 0; k < STYLE; k++) out[offset + k] = values[k]! * scale;
}

/**
 * The built-in encoder: signed feature hashing (Weinberger et al. 2009) of words and character 4-grams with damped
 * counts, and style features. It needs no weights and no download; the projection that makes it good for routing is
 * learned with the GNN, as its first layer.
 */
export function createHashingEncoder(): Encoder {
  const grams = new GramCounts();
  const encodeSync = (raw: string): Float32Array => {
    const text = raw.length > MAX_CHARS ? raw.slice(0, MAX_CHARS / 2) + raw.slice(-MAX_CHARS / 2) : raw;
    const vector = new Float32Array(BUCKETS + STYLE);
    grams.clear();
    countGrams(text.toLowerCase().slice(0, MAX_CHARS), grams);
    if (grams.size === 0) return vector;
    for (let i = 0; i < grams.size; i++) {
      const slot = grams.used[i]!;
      const weight = Math.log1p(grams.counts[slot]!);
      const hash = grams.hashes[slot]!;
      vector[(hash >>> 1) & (BUCKETS - 1)]! += hash & 1 ? weight : -weight;
    }
    normalize(vector, 0, BUCKETS, Math.sqrt(1 - STYLE_WEIGHT));
    style(text, vector, BUCKETS);
    normalize(vector, 0, vector.length, 1);
    return vector;
  };
  return { id: 'hashing-1', dim: BUCKETS + STYLE, encodeSync, encode: async (texts) => texts.map(encodeSync) };
}

/** Scales `vector[start, end)` to `length`; a zero vector stays zero. */
export function normalize(vector: Float32Array, start: number, end: number, length: number): void {
  let square = 0;
  for (let i = start; i < end; i++) square += vector[i]! * vector[i]!;
  if (square === 0) return;
  const scale = length / Math.sqrt(square);
  for (let i = start; i < end; i++) vector[i]! *= scale;
}
