import type { Rng } from '../../base/rng.js';
import { dot, timesMatrix } from '../../math/linear.js';
import { eigenOf } from '../../math/symmetric.js';

/** Vectors that axes are found from; and the most axes. */
const SAMPLE = 120;
const MOST_AXES = 48;

/** What a vector is described by, along the axes on which those of a log differ most `[axes]`, of unit variance. */
export interface Components {
  readonly axes: number;
  of(vector: Float32Array): Float64Array;
}

/**
 * Principal components of vectors `[dim]`, from a sample of them (Nyström's way: those of its Gram matrix). None where
 * there are too few vectors, or nothing in them.
 */
export function principalComponents(vectors: readonly Float32Array[], rng: Rng, most = MOST_AXES): Components {
  const there = vectors.filter((vector) => vector.length > 0);
  const sample = rng.shuffle([...there]).slice(0, SAMPLE);
  const dim = sample[0]?.length ?? 0;
  if (sample.length < 2 || dim === 0) return { axes: 0, of: () => new Float64Array(0) };
  const mean = new Float32Array(dim);
  for (const vector of sample) for (let j = 0; j < dim; j++) mean[j]! += vector[j]! / sample.length;
  const centred = sample.map((vector) => vector.map((x, j) => x - mean[j]!));
  const n = sample.length;
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let k = 0; k <= i; k++) gram[i * n + k] = gram[k * n + i] = dot(centred[i]!, 0, centred[k]!, 0, dim);
  const { values, vectors: eigen } = eigenOf(gram, n);
  const largest = Math.max(...values);
  const order = [...values.keys()]
    .filter((i) => values[i]! > 1e-6 * largest)
    .toSorted((a, b) => values[b]! - values[a]!)
    .slice(0, Math.min(most, n >> 1));
  // One matrix `[dim, axes]`: encoded texts are mostly zeros, which its product skips.
  const directions = new Float32Array(dim * order.length);
  order.forEach((k, a) => {
    for (let s = 0; s < n; s++) {
      const share = (eigen[k * n + s]! * Math.sqrt(n)) / values[k]!;
      for (let j = 0; j < dim; j++) directions[j * order.length + a]! += share * centred[s]![j]!;
    }
  });
  const offset = timesMatrix(mean, directions, order.length);
  return {
    axes: order.length,
    of: (vector) =>
      vector.length === dim
        ? Float64Array.from(timesMatrix(vector, directions, order.length), (x, a) => x - offset[a]!)
        : new Float64Array(order.length),
  };
}
