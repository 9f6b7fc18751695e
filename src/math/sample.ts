import type { Rng } from '../base/rng.js';

/** A random subset of `pool` of at most `size`, in random order; `pool` itself where it has no more. */
export function sample(pool: Int32Array, size: number, rng: Rng): Int32Array {
  if (pool.length <= size) return pool;
  const copy = pool.slice();
  for (let i = 0; i < size; i++) {
    const j = i + rng.int(copy.length - i);
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy.subarray(0, size);
}

/** A random subset of `pool` of at most `size`, none of `without`; all of `pool` where nothing else is left. */
export function sampleOthers(
  pool: Int32Array,
  size: number,
  { without, rng }: { without: ReadonlySet<number>; rng: Rng },
): Int32Array {
  const drawn = sample(pool, size + without.size, rng).filter((q) => !without.has(q));
  return drawn.length > 0 ? drawn.subarray(0, size) : pool;
}

/**
 * A random subset of the queries of at most `size`, in ascending order. It draws from a stream of its own, so that what
 * `rng` gives next doesn't depend on how long the log is.
 */
export function sampleInOrder(queries: Int32Array, size: number, rng: Rng): Int32Array {
  if (queries.length <= size) return queries;
  return rng.fork('sample').shuffle(queries.slice()).subarray(0, size).toSorted();
}
