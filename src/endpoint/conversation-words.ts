/** Characters that are read of a text's beginning, and of its end: where texts are long, they differ there. */
const READ = 1_024;
/** Most words that are kept of a text, those of the least hashes: a sample by which sets are compared well. */
const KEPT = 256;
/** Characters of scripts without spaces that stand for a word. */
const GRAM = 3;

/** Scripts that put no spaces between words. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}' +
  '\\p{Script=Myanmar}\\p{Script=Tibetan}';
const RUNS = /[\p{L}\p{M}\p{N}]+/gu;
const HAS_UNSPACED = new RegExp(`[${UNSPACED}]`, 'u');
const PARTS = new RegExp(`[${UNSPACED}]+|[^${UNSPACED}]+`, 'gu');

/** FNV-1a, of 32 bits. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function* gramsOf(run: string): Generator<string> {
  const characters = [...run];
  if (characters.length <= GRAM) yield run;
  else for (let i = 0; i + GRAM <= characters.length; i++) yield characters.slice(i, i + GRAM).join('');
}

/** Words of any script: runs of letters and digits; where a script has no spaces, each three characters in a row. */
function* wordsIn(text: string): Generator<string> {
  for (const [run] of text.matchAll(RUNS)) {
    if (!HAS_UNSPACED.test(run)) yield run;
    else
      for (const [part] of run.matchAll(PARTS)) {
        if (HAS_UNSPACED.test(part)) yield* gramsOf(part);
        else yield part;
      }
  }
}

/** Hashes of the words of a text, each once, in ascending order, the least of many: of a text that is not kept. */
export function wordsOf(text: string): Uint32Array {
  const read = text.length <= 2 * READ ? text : `${text.slice(0, READ)} ${text.slice(-READ)}`;
  const hashes = new Set<number>();
  for (const word of wordsIn(read.normalize('NFKC').toLowerCase())) hashes.add(hashOf(word));
  return Uint32Array.from(hashes).toSorted().slice(0, KEPT);
}

/**
 * How alike two sets of words are: what both have over what either has (Jaccard), in [0, 1]; 0 where there is none. By
 * the least hashes of both together, as many as are kept of one: exact where neither is longer than that.
 */
export function likeness(a: Uint32Array, b: Uint32Array): number {
  let [i, j, both, either] = [0, 0, 0, 0];
  while ((i < a.length || j < b.length) && either < KEPT) {
    const [one, other] = [a[i] ?? Infinity, b[j] ?? Infinity];
    if (one === other) both++;
    if (one <= other) i++;
    if (other <= one) j++;
    either++;
  }
  return either === 0 ? 0 : both / either;
}
