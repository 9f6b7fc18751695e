import { breathe } from '../../base/breathe.js';
import type { Rng } from '../../base/rng.js';
import { dot, timesMatrix } from '../../math/linear.js';

/** Vectors that axes are found from, and the most axes. */
export const SAMPLE = 120;
const MOST_AXES = 48;
/** Turns of the iteration: the axes need to describe queries, not to be exact. */
const TURNS = 20;

/** What a vector is described by, along the axes on which those of a log differ most `[axes]`, of unit variance. */
export interface Components {
  readonly axes: number;
  of(vector: Float32Array): Float64Array;
}

const NONE: Components = { axes: 0, of: () => new Float64Array(0) };

/** Makes rows `[k][n]` orthonormal in their order (Gram & Schmidt); answers their lengths before. */
function orthonormalise(rows: Float64Array[]): number[] {
  return rows.map((row, k) => {
    for (let other = 0; other < k; other++) {
      const before = rows[other]!;
      let along = 0;
      for (let i = 0; i < row.length; i++) along += row[i]! * before[i]!;
      for (let i = 0; i < row.length; i++) row[i]! -= along * before[i]!;
    }
    const length = Math.hypot(...row);
    if (length > 0) for (let i = 0; i < row.length; i++) row[i]! /= length;
    return length;
  });
}

/** The largest eigenvalues of a symmetric matrix `[n, n]` and their vectors `[most][n]`, by orthogonal iteration. */
async function largestOf(a: Float64Array, n: number, most: number, rng: Rng) {
  let vectors = Array.from({ length: most }, () => new Float64Array(n).map(() => rng.normal()));
  let values = orthonormalise(vectors);
  for (let turn = 0; turn < TURNS; turn++) {
    vectors = vectors.map((vector) => {
      const out = new Float64Array(n);
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[i]! += a[i * n + j]! * vector[j]!;
      return out;
    });
    values = orthonormalise(vectors);
    await breathe();
  }
  return { values, vectors };
}

/**
 * Principal components of vectors `[dim]`, {@link SAMPLE} of them or fewer (Nyström's way: those of their Gram matrix).
 * None where there are too few vectors, or nothing in them.
 */
export async function principalComponents(vectors: readonly Float32Array[], rng: Rng): Promise<Components> {
  const sample = rng.shuffle(vectors.filter((vector) => vector.length > 0)).slice(0, SAMPLE);
  const n = sample.length;
  const dim = sample[0]?.length ?? 0;
  if (n < 4) return NONE;
  const mean = new Float32Array(dim);
  for (const vector of sample) for (let j = 0; j < dim; j++) mean[j]! += vector[j]! / n;
  const centred = sample.map((vector) => vector.map((x, j) => x - mean[j]!));
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k <= i; k++) gram[i * n + k] = gram[k * n + i] = dot(centred[i]!, 0, centred[k]!, 0, dim);
    await breathe();
  }
  const { values, vectors: eigen } = await largestOf(gram, n, Math.min(MOST_AXES, n >> 1), rng);
  const kept = [...values.keys()].filter((k) => values[k]! > 1e-6 * values[0]!);
  if (kept.length === 0) return NONE;
  // One matrix `[dim, axes]`: encoded texts are mostly zeros, which its product skips.
  const directions = new Float32Array(dim * kept.length);
  kept.forEach((k, a) => {
    for (let s = 0; s < n; s++) {
      const share = (eigen[k]![s]! * Math.sqrt(n)) / values[k]!;
      for (let j = 0; j < dim; j++) directions[j * kept.length + a]! += share * centred[s]![j]!;
    }
  });
  const offset = timesMatrix(mean, directions, kept.length);
  return {
    axes: kept.length,
    of: (vector) =>
      vector.length === dim
        ? Float64Array.from(timesMatrix(vector, directions, kept.length), (x, a) => x - offset[a]!)
        : new Float64Array(kept.length),
  };
}
