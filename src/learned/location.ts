/** How sharply queries belong to the nearest kind: softmax(−40 |z − centre|²). */
export const KIND_SHARPNESS = 40;
/** Share of the words in the square length of a location. */
const LOCATED_WORDS = 0.5;

/** Where a query lies, as one vector `[axes + style features + word axes]`, whose squared distances k-means reads. */
export function locationOf({ at, words }: { at: Float32Array; words: Float32Array }): Float32Array {
  const located = new Float32Array(at.length + words.length);
  located.set(at);
  for (let i = 0; i < words.length; i++) located[at.length + i] = Math.sqrt(LOCATED_WORDS) * words[i]!;
  return located;
}
