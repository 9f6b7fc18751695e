import { dot, toDampedUnit } from '../../math/linear.js';
import type { Matrix, SparseVector } from '../../math/simd/matrices.js';
import type { Tables } from '../../artifact/model.js';
import { MEANING_SHARE } from '../neighbourhood.js';
import { projectStyle } from '../style.js';
import { wordLength } from '../words.js';

/** Where a query lies; see `learned/space.ts`. Overwritten when the next query is placed. */
export interface Place {
  /** By meaning and by style `[axes + style features]`, and its square length. */
  at: Float32Array;
  square: number;
  /** By its words, of about unit length `[word axes]`. */
  words: Float32Array;
}

/** Places encoded queries `[dim]` in a model's query space. The one placed last is not placed again. */
export type Placer = (vector: Float32Array) => Place;

/** What a placer multiplies: axes of meaning, and of words with features weighed by how rare they are. */
export interface PlacingProducts {
  x: SparseVector;
  basis: Matrix;
  wordBasis: Matrix;
}

export function createPlacer(tables: Tables, { x, basis, wordBasis }: PlacingProducts): Placer {
  const data = (name: string): Float32Array => tables[name]!.data;
  const mean = data('semantic/mean');
  const axes = data('semantic/basis').length / Math.max(1, mean.length);
  const start = data('semantic/range')[0]!;
  const style = { start: data('style/range')[0]!, quantiles: data('style/quantiles'), scale: data('style/scale') };
  const wordStart = data('words/range')[0]!;
  const [rarity, centre] = [data('words/rarity'), data('words/centre')];
  const part = new Float32Array(mean.length);
  const at = new Float32Array(axes + style.scale.length);
  const words = new Float32Array(centre.length);
  const place: Place = { at, square: 0, words };
  let last: Float32Array | null = null;

  return (vector) => {
    if (vector === last) return place;
    for (let i = 0; i < part.length; i++) part[i] = vector[start + i]! - mean[i]!;
    x.set(toDampedUnit(part));
    at.set(basis.multiply());
    toDampedUnit(at.subarray(0, axes));
    for (let i = 0; i < axes; i++) at[i]! *= Math.sqrt(MEANING_SHARE);
    projectStyle(vector, style, at, axes);
    place.square = dot(at, 0, at, 0, at.length);
    if (words.length > 0) {
      x.set(vector.subarray(wordStart, wordStart + rarity.length));
      const along = wordBasis.multiply();
      const scale = 1 / wordLength(vector, wordStart, rarity);
      for (let i = 0; i < words.length; i++) words[i] = scale * along[i]! - centre[i]!;
      toDampedUnit(words);
    }
    last = vector;
    return place;
  };
}
