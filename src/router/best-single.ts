import type { Dataset } from '../dataset/dataset.js';
import { sumRecords } from '../dataset/records.js';
import { defineBaseline } from './fit/baseline.js';
import { priorOf } from '../math/empirical-bayes.js';
import { meansOf } from './fit/means.js';

/** Standard deviations that a mean is lowered by before means are compared: 19 times in 20 it is above that. */
const DEVIATIONS = 1.645;
/** Variance of LLMs' means that is expected, in variances of a score about its LLM's mean. */
const LEVELS = { variance: 0.05, worth: 2, least: 0.005 };
/** Share of the answers beyond which an LLM is the log's incumbent. */
export const INCUMBENT = 0.6;
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
 * The LLM that surely does best, for every query: that of the highest lower bound of its mean score, which is drawn
 * towards the mean of LLMs. One that was hardly asked is not expected to do better, however lucky it was; where most
 * answers are of one LLM, another takes its place only where its lower bound is above what is expected of that one.
 * Tables: `mean [numLlms]`.
 */
export const bestSingle = defineBaseline({
  name: 'best-single',
  title: 'best single LLM',
  learn(data, train) {
    const sums = sumRecords(data, train);
    const mean = meansOf(sums);
    const variance = varianceOf(data, train, mean);
    const asked = [...mean.keys()].filter((l) => sums.count[l]! > 0);
    const noises = asked.map((l) => variance / sums.count[l]!);
    const prior = priorOf(
      asked.map((l) => mean[l]!),
      noises,
      { variance: LEVELS.variance * variance, worth: LEVELS.worth, least: LEVELS.least * variance },
    );
    const bounds = new Float64Array(mean.length).fill(-Infinity);
    const levels = new Float64Array(mean.length);
    asked.forEach((l, i) => {
      // Where all scores of an LLM are the same, nothing is drawn.
      const drawn = variance === 0 ? 0 : noises[i]! / (noises[i]! + prior.variance);
      levels[l] = drawn * prior.mean + (1 - drawn) * mean[l]!;
      bounds[l] = levels[l]! - DEVIATIONS * Math.sqrt(drawn * prior.variance);
    });
    const bound = (l: number): number => bounds[l]!;
    const surest = mean.reduce((first, _, l) => (bound(l) > bound(first) ? l : first), 0);
    const answers = sums.count.reduce((total, n) => total + n, 0);
    const incumbent = asked.find((l) => sums.count[l]! > INCUMBENT * answers);
    const best = incumbent === undefined || bound(surest) > levels[incumbent]! ? surest : incumbent;
    const most = (mean[best] ?? 0) - BEHIND;
    return { mean: { shape: [mean.length], data: mean.map((m, l) => (l === best ? m : Math.min(m, most))) } };
  },
  restore: ({ mean }) => ({ score: () => mean!.data.slice() }),
});
