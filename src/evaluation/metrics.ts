import type { Dataset } from '../profile/structured/dataset.js';

/** Running sums of how a router did on held-out queries. */
export interface Tally {
  /** Queries with at least two scored LLMs, and the sum of the chosen LLM's scores on them. */
  queries: number;
  score: number;
  /** Comparisons, and how many were ranked right (ties count half). */
  comparisons: number;
  right: number;
  /** Predictions per bin of tenths: number, sum predicted, sum observed. */
  bins: { count: number; predicted: number; observed: number }[];
}

export function createTally(): Tally {
  return { queries: 0, score: 0, comparisons: 0, right: 0, bins: Array.from({ length: 10 }, () => ({ count: 0, predicted: 0, observed: 0 })) };
}

/** The best of the LLMs that have a logged score on the query, so that every choice can be scored; −1 for under two. */
function choose(data: Dataset, query: number, scores: Float32Array): number {
  const { start, llm, measured } = data.evidence;
  let best = -1;
  let scored = 0;
  for (let e = start[query]!; e < start[query + 1]!; e++) {
    if (!measured[e]) continue;
    scored++;
    if (best < 0 || scores[llm[e]!]! > scores[llm[best]!]!) best = e;
  }
  return scored < 2 ? -1 : best;
}

/** Adds one held-out query, for which the router expects `scores` `[numLlms]`. */
export function addQuery(tally: Tally, data: Dataset, query: number, scores: Float32Array): void {
  const { start, llm, score, measured } = data.evidence;
  const chosen = choose(data, query, scores);
  if (chosen >= 0) {
    tally.queries++;
    tally.score += score[chosen]!;
  }
  for (let e = start[query]!; e < start[query + 1]!; e++) {
    if (!measured[e]) continue;
    const predicted = scores[llm[e]!]!;
    const bin = tally.bins[Math.min(9, Math.max(0, Math.floor(predicted * 10)))]!;
    bin.count++;
    bin.predicted += predicted;
    bin.observed += score[e]!;
  }
  const { better, worse } = data.preferences;
  for (let p = data.preferenceStart[query]!; p < data.preferenceStart[query + 1]!; p++) {
    const margin = scores[better[p]!]! - scores[worse[p]!]!;
    tally.comparisons++;
    tally.right += margin > 0 ? 1 : margin === 0 ? 0.5 : 0;
  }
}

/** Mean score of the chosen LLM; NaN where no query had two scored LLMs. */
export const routedMean = (tally: Tally): number => tally.score / tally.queries;

/** Share of comparisons ranked right; NaN where there are none. */
export const rankingAccuracy = (tally: Tally): number => tally.right / tally.comparisons;

/** Expected calibration error over ten bins of equal width (Naeini et al. 2015). */
export function calibrationError(tally: Tally): number {
  const total = tally.bins.reduce((sum, bin) => sum + bin.count, 0);
  return tally.bins.reduce((sum, bin) => sum + Math.abs(bin.predicted - bin.observed), 0) / total;
}

/** The router that knows every held-out score. */
export function oracleScores(data: Dataset, query: number): Float32Array {
  const scores = new Float32Array(data.numLlms);
  const { start, llm, score } = data.evidence;
  for (let e = start[query]!; e < start[query + 1]!; e++) scores[llm[e]!] = score[e]!;
  return scores;
}
