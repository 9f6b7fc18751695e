import { PointsmanError } from '../base/errors.js';

/**
 * `values` `[dim]` scaled to unit length; all zeros stay zeros.
 * Throws `encoder_unavailable` for another dimension (where `dim` is given) or a value that is no finite number.
 */
export function unitVector(values: ArrayLike<number>, from: string, dim?: number): Float32Array {
  if (dim !== undefined && values.length !== dim)
    throw new PointsmanError(
      'encoder_unavailable',
      `${from}: expected vectors of dimension ${dim}, got one of ${values.length}`,
    );
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] as number) ** 2;
  if (!Number.isFinite(squares))
    throw new PointsmanError(
      'encoder_unavailable',
      `${from}: expected finite numbers, got a vector that holds something else`,
    );
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  return Float32Array.from(values, (value) => value * scale);
}

/** Square length of `vector[start, end)`. Four sums at a time: one alone would wait for itself. */
export function squareOf(vector: Float32Array, start: number, end: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = start;
  for (; i + 3 < end; i += 4) {
    s0 += vector[i]! * vector[i]!;
    s1 += vector[i + 1]! * vector[i + 1]!;
    s2 += vector[i + 2]! * vector[i + 2]!;
    s3 += vector[i + 3]! * vector[i + 3]!;
  }
  for (; i < end; i++) s0 += vector[i]! * vector[i]!;
  return s0 + s1 + s2 + s3;
}

/** What scales `vector[start, end)` to `length`; 0 of zeros. */
export function scaleTo(vector: Float32Array, start: number, end: number, length: number): number {
  const square = squareOf(vector, start, end);
  return square === 0 ? 0 : length / Math.sqrt(square);
}

/** Multiplies `vector[start, end)` by `scale`. */
export function multiplyBy(vector: Float32Array, start: number, end: number, scale: number): void {
  for (let i = start; i < end; i++) vector[i]! *= scale;
}

/** Scales `vector[start, end)` to `length`; a zero vector stays zero. */
export function normalize(vector: Float32Array, start: number, end: number, length: number): void {
  multiplyBy(vector, start, end, scaleTo(vector, start, end, length));
}

/**
 * Encodes the texts that have something in them with `encode`, and puts a zero vector `[dim]` for the
 * others: models answer an empty text with an error, or with a vector that means nothing.
 */
export async function encodeNonEmpty(
  texts: readonly string[],
  dim: number,
  encode: (texts: string[]) => Promise<Float32Array[]>,
): Promise<Float32Array[]> {
  const places = texts.flatMap((text, place) => (text.trim() === '' ? [] : [place]));
  const vectors = places.length === 0 ? [] : await encode(places.map((place) => texts[place] as string));
  const result: Float32Array[] = texts.map(() => new Float32Array(dim));
  places.forEach((place, i) => (result[place] = vectors[i] as Float32Array));
  return result;
}

/** Consecutive pieces of `items`, each of at most `size`. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
