import type { Rng } from '../../base/rng.js';

/** A random subset of `pool` of at most `size`. */
export function sample(rng: Rng, pool: Int32Array, size: number): Int32Array {
  if (pool.length <= size) return pool;
  const copy = pool.slice();
  for (let i = 0; i < size; i++) {
    const j = i + rng.int(copy.length - i);
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy.subarray(0, size);
}

/** A random subset of `pool` of at most `size`, none of `without`; all of `pool` where nothing else is left. */
export function sampleOthers(rng: Rng, pool: Int32Array, size: number, without: ReadonlySet<number>): Int32Array {
  const drawn = sample(rng, pool, size + without.size).filter((q) => !without.has(q));
  return drawn.length > 0 ? drawn.subarray(0, size) : pool;
}
