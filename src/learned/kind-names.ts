/** Words of a name, and how much of a text is read for it. */
const WORDS = 3;
const READ_CHARACTERS = 2_000;
/** Texts that a word is in at least to name a kind. */
const LEAST_TEXTS = 2;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/** The words of a text in any script, lower case, each once. */
function wordsOf(text: string): Set<string> {
  const words = new Set<string>();
  for (const { segment, isWordLike } of segmenter.segment(text.slice(0, READ_CHARACTERS)))
    if (isWordLike === true && /\p{L}/u.test(segment)) words.add(segment.toLowerCase());
  return words;
}

/** Texts of a kind, and of all, that a word is in. */
type Counts = Map<string, number>;

/**
 * How typical a word is of a kind: the log likelihood ratio (Dunning 1993) of the kind's texts having it more often
 * than the others do, in nats; 0 where they have it less often.
 */
function typicality(within: number, kindTexts: number, without: number, otherTexts: number): number {
  const [p, other] = [within / kindTexts, without / Math.max(1, otherTexts)];
  if (p <= other) return 0;
  const pooled = (within + without) / (kindTexts + otherTexts);
  const fit = (hits: number, of: number, rate: number): number =>
    (hits > 0 ? hits * Math.log(rate) : 0) + (of > hits ? (of - hits) * Math.log(1 - rate) : 0);
  return (
    fit(within, kindTexts, p) +
    fit(without, otherTexts, other) -
    fit(within, kindTexts, pooled) -
    fit(without, otherTexts, pooled)
  );
}

/**
 * Names kinds by the words that are most typical of their texts, such as `equation, solve, integer`; a kind without any
 * is called by its number, and one that would have another's name has its number beside it.
 */
export function nameKinds(texts: readonly { text: string; kind: number }[], count: number): string[] {
  const inAll: Counts = new Map();
  const inKind = Array.from({ length: count }, (): Counts => new Map());
  const sizes = new Float64Array(count);
  for (const { text, kind } of texts) {
    sizes[kind]!++;
    for (const word of wordsOf(text)) {
      inAll.set(word, (inAll.get(word) ?? 0) + 1);
      inKind[kind]!.set(word, (inKind[kind]!.get(word) ?? 0) + 1);
    }
  }
  const taken = new Set<string>();
  return inKind.map((counts, kind) => {
    const size = sizes[kind]!;
    const words = [...counts]
      .filter(([, within]) => within >= LEAST_TEXTS)
      .map(([word, within]) => ({
        word,
        nats: typicality(within, size, inAll.get(word)! - within, texts.length - size),
      }))
      .filter(({ nats }) => nats > 0)
      .toSorted((a, b) => b.nats - a.nats || (a.word < b.word ? -1 : 1))
      .slice(0, WORDS);
    const plain = words.map(({ word }) => word).join(', ') || `kind ${kind + 1}`;
    const name = taken.has(plain) ? `${plain} (${kind + 1})` : plain;
    taken.add(name);
    return name;
  });
}
