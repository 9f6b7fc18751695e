import type { TensorFlow, Tensor2D } from '../tensor/types.js';
import type { Weights } from '../math/weights.js';
import type { PartRange } from '../encoder/types.js';

/** Quantiles that a style feature is ranked by. */
const LEVELS = 33;

/** How style features are made comparable: by rank, those that hardly vary by less. */
export interface StyleScale {
  levels: number;
  /** `[features, levels]`, ascending. */
  quantiles: Float32Array;
  /**
   * Spread of each feature against the median feature's, at most 1 `[features]`: an encoder damps what it doesn't
   * trust.
   */
  scale: Float32Array;
}

export function styleScale(vectors: readonly Float32Array[], { start, end }: PartRange): StyleScale {
  const features = end - start;
  const quantiles = new Float32Array(features * LEVELS);
  const spread = new Float32Array(features);
  for (let f = 0; f < features; f++) {
    const values = Float32Array.from(vectors, (v) => v[start + f]!).toSorted();
    for (let k = 0; k < LEVELS; k++)
      quantiles[f * LEVELS + k] = values[Math.round((k * (values.length - 1)) / (LEVELS - 1))]!;
    const mean = values.reduce((sum, x) => sum + x / values.length, 0);
    spread[f] = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2 / values.length, 0));
  }
  const median = spread.toSorted()[features >> 1] ?? 0;
  return { levels: LEVELS, quantiles, scale: spread.map((s) => (median > 0 ? Math.min(1, s / median) : 0)) };
}

/** Rank of `x` among quantiles `[from, from + levels)`, from −½ to ½; the middle of a run of equals. */
function rank(x: number, quantiles: Float32Array, from: number, levels: number): number {
  let below = 0;
  while (below < levels && quantiles[from + below]! < x) below++;
  let above = below;
  while (above < levels && quantiles[from + above]! <= x) above++;
  if (above > below) return (below + above - 1) / 2 / (levels - 1) - 0.5;
  if (below === 0 || below === levels) return below === 0 ? -0.5 : 0.5;
  const [low, high] = [quantiles[from + below - 1]!, quantiles[from + below]!];
  return (below - 1 + (x - low) / (high - low)) / (levels - 1) - 0.5;
}

/** Where the style features begin in an encoded query, and what they are ranked and scaled by. */
export interface StylePart {
  start: number;
  /** `[features, levels]` */
  quantiles: Float32Array;
  /** `[features]` */
  scale: Float32Array;
}

/** The style part of vectors as the tables of a query space have it. */
export function stylePart({ start }: PartRange, space: Weights): StylePart {
  return { start, quantiles: space['style/quantiles']!.data, scale: space['style/scale']!.data };
}

/** An encoded query as the first layer reads it, `[dim]` from `at` on: its style by rank, not as encoded. */
export function writeFeatures(vector: Float32Array, style: StylePart, out: Float32Array, at: number): void {
  out.set(vector, at);
  projectStyle(vector, style, out, at + style.start);
}

/** Writes where an encoded query lies by style, `[features]` from `at` on. */
export function projectStyle(
  vector: Float32Array,
  { start, quantiles, scale }: StylePart,
  out: Float32Array,
  at: number,
): void {
  const levels = quantiles.length / Math.max(1, scale.length);
  for (let f = 0; f < scale.length; f++)
    out[at + f] = scale[f]! * rank(vector[start + f]!, quantiles, f * levels, levels);
}

/** How encoded queries are written, by rank `[n, features]`. */
export function styleTensor(
  tf: TensorFlow,
  space: Weights,
  part: PartRange,
  vectors: readonly Float32Array[],
): Tensor2D {
  const style = stylePart(part, space);
  const features = style.scale.length;
  const out = new Float32Array(vectors.length * features);
  vectors.forEach((vector, i) => projectStyle(vector, style, out, i * features));
  return tf.tensor2d(out, [vectors.length, features]);
}
