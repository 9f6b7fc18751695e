import type { Nearest } from './nearest.js';

/** Weighted pairs of near points, each pair once. `[numPairs]` each. */
export interface NeighbourGraph {
  from: Int32Array;
  to: Int32Array;
  /** In (0, 1]. */
  weight: Float32Array;
}

const ROUNDS = 48;

/** How wide a point looks: its neighbours' weights exp(−(d − least)/width) then add up to log₂ of their number. */
function widthOf(distance: Float32Array, least: number): number {
  const wanted = Math.log2(distance.length + 1);
  let [low, high, width] = [0, Infinity, 1];
  for (let round = 0; round < ROUNDS; round++) {
    let sum = 0;
    for (const d of distance) sum += d <= least ? 1 : Math.exp(-(d - least) / width);
    if (Math.abs(sum - wanted) < 1e-4) break;
    if (sum > wanted) [high, width] = [width, (low + width) / 2];
    else [low, width] = [width, high === Infinity ? 2 * width : (width + high) / 2];
  }
  return Math.max(width, 1e-6);
}

/** Near points as UMAP joins them: by how near each is to the other as it looks around; either way counts. */
export function neighbourGraph({ count, index, distance }: Nearest): NeighbourGraph {
  const n = count === 0 ? 0 : index.length / count;
  const weights = new Map<number, number>();
  for (let i = 0; i < n; i++) {
    const own = distance.subarray(i * count, (i + 1) * count);
    const least = own.find((d) => d > 0) ?? 0;
    const width = widthOf(own, least);
    own.forEach((d, k) => {
      const j = index[i * count + k]!;
      const key = i < j ? i * n + j : j * n + i;
      const weight = d <= least ? 1 : Math.exp(-(d - least) / width);
      const before = weights.get(key) ?? 0;
      weights.set(key, before + weight - before * weight);
    });
  }
  const keys = [...weights.keys()].toSorted((a, b) => a - b);
  return {
    from: Int32Array.from(keys, (key) => Math.floor(key / n)),
    to: Int32Array.from(keys, (key) => key % n),
    weight: Float32Array.from(keys, (key) => weights.get(key)!),
  };
}
