import type { Dataset } from '../dataset/dataset.js';
import { sumRecords } from '../dataset/records.js';
import { defineBaseline } from './fit/baseline.js';
import { meansOf } from './fit/means.js';

/** Standard errors that a mean is lowered by before means are compared: nine times in ten it is above that. */
const ERRORS = 1.28;
/** How far below the best one an LLM is put whose mean is higher and less sure. */
const BEHIND = 1e-6;

/** Variance of scores about their LLM's mean. */
function varianceOf(
  { evidence: { start, llm, score, weight } }: Dataset,
  train: Int32Array,
  mean: Float32Array,
): number {
  let [squares, total] = [0, 0];
  for (const q of train)
    for (let e = start[q]!; e < start[q + 1]!; e++) {
      squares += weight[e]! * (score[e]! - mean[llm[e]!]!) ** 2;
      total += weight[e]!;
    }
  return total > 0 ? squares / total : 0;
}

/**
 * The LLM that surely does best, for every query: that of the highest lower bound of its mean score. One that was
 * hardly asked is not expected to do better. Tables: `mean [numLlms]`.
 */
export const bestSingle = defineBaseline({
  name: 'best-single',
  title: 'best single LLM',
  learn(data, train) {
    const sums = sumRecords(data, train);
    const mean = meansOf(sums);
    const variance = varianceOf(data, train, mean);
    const bound = (l: number): number =>
      sums.count[l]! > 0 ? mean[l]! - ERRORS * Math.sqrt(variance / sums.count[l]!) : -Infinity;
    const best = mean.reduce((first, _, l) => (bound(l) > bound(first) ? l : first), 0);
    const most = (mean[best] ?? 0) - BEHIND;
    return { mean: { shape: [mean.length], data: mean.map((m, l) => (l === best ? m : Math.min(m, most))) } };
  },
  restore: ({ mean }) => ({ score: () => mean!.data.slice() }),
});
