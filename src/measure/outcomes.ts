import { CURRENT, isCurrent, type Dataset } from '../dataset/dataset.js';
import { askedTimes, doublyRobust } from './off-policy.js';
import type { HeldOut } from './predictions.js';

/** What came of routing each held-out query `[n]`. */
export interface Outcomes {
  /**
   * LLM that was chosen among those with a measured score since they last changed, so that every choice can be scored;
   * −1 where under two have one. Where queries have one answer each, among all LLMs that were ever asked.
   */
  chosen: Int32Array;
  /** Its score, or what is estimated of it (see `doublyRobust`); NaN where none was chosen. */
  quality: Float64Array;
  /** Comparisons of the query since both LLMs last changed, and how many were ranked right (ties count half). */
  comparisons: Float64Array;
  right: Float64Array;
  /** How much the query counts: 1, or how often it was answered, or an LLM was drawn for it by a logged chance. */
  counts: Float64Array;
}

/** Outcomes of choosing, for each query, the LLM of the highest `scores` `[n · numLlms]`; the first of equals. */
export function outcomesOf({ data, queries, policy, weigh }: HeldOut, scores: ArrayLike<number>): Outcomes {
  const n = queries.length;
  const out: Outcomes = {
    chosen: new Int32Array(n).fill(-1),
    quality: new Float64Array(n).fill(NaN),
    comparisons: new Float64Array(n),
    right: new Float64Array(n),
    counts: Float64Array.from(queries, (q) =>
      weigh === 'traffic' ? data.traffic[q]! : policy ? askedTimes(data, q) : 1,
    ),
  };
  const { start, llm, score, measured } = data.evidence;
  const { better, worse, weight } = data.preferences;
  const asked = policy ? [...policy.propensity.keys()].filter((l) => policy.propensity[l]! > 0) : [];
  queries.forEach((q, i) => {
    const row = i * data.numLlms;
    if (policy && !Number.isNaN(scores[row]!)) {
      out.chosen[i] = asked.reduce((top, l) => (scores[row + l]! > scores[row + top]! ? l : top), asked[0]!);
      out.quality[i] = doublyRobust(data, q, out.chosen[i]!, policy);
    }
    let best = -1;
    let scored = 0;
    for (let e = start[q]!; e < start[q + 1]!; e++) {
      if (!measured[e] || !isCurrent(data.evidence, e)) continue;
      scored++;
      if (best < 0 || scores[row + llm[e]!]! > scores[row + llm[best]!]!) best = e;
    }
    if (scored >= 2 && !policy) {
      out.chosen[i] = llm[best]!;
      out.quality[i] = score[best]!;
    }
    for (let p = data.preferenceStart[q]!; p < data.preferenceStart[q + 1]!; p++) {
      if (weight !== undefined && weight[p]! < CURRENT) continue;
      const margin = scores[row + better[p]!]! - scores[row + worse[p]!]!;
      out.comparisons[i]!++;
      out.right[i]! += margin > 0 ? 1 : margin === 0 ? 0.5 : 0;
    }
  });
  return out;
}

/** Mean of the numbers among `values`; NaN where there is none. */
export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    sum += values[i]!;
    count++;
  }
  return sum / count;
}

/** Values `[n]` each times how much its query counts, by the mean of those that are numbers: their mean is weighed. */
export function weighed(values: Float64Array, counts: Float64Array): Float64Array {
  const usual = meanOf(counts.filter((_, i) => !Number.isNaN(values[i]!)));
  return values.map((value, i) => (value * counts[i]!) / usual);
}

/** Mean score of the chosen LLM; NaN where no query had two scored LLMs. */
export const routedMean = ({ quality, counts }: Outcomes): number => meanOf(weighed(quality, counts));

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

/** Share of comparisons ranked right; NaN where there are none. */
export const rankingAccuracy = ({ right, comparisons }: Outcomes): number => sum(right) / sum(comparisons);

/**
 * What routing each query was worth `[n]`: the chosen LLM's score where it was measured, else the share of the query's
 * comparisons that were ranked right, times how much the query counts; NaN where neither is known.
 */
export function utilities({ quality, right, comparisons, counts }: Outcomes): Float64Array {
  const worth = quality.map((q, i) => (Number.isNaN(q) ? right[i]! / comparisons[i]! : q));
  return weighed(worth, counts);
}

/** LLMs that anything is logged of. */
export const loggedLlms = ({ evidence, numLlms }: Dataset): number[] => {
  const logged = new Set(evidence.llm);
  return Array.from({ length: numLlms }, (_, l) => l).filter((l) => logged.has(l));
};

/**
 * The one of `llms` with the highest of `scores` `[numLlms]`, whether its answer was logged or not; the first of
 * equals.
 */
export const firstChoice = (scores: Float32Array, llms: readonly number[]): number =>
  llms.reduce((best, l) => (scores[l]! > scores[best]! ? l : best), llms[0]!);
