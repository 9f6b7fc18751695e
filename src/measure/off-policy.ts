import { isCurrent, type Dataset } from '../dataset/dataset.js';
import { LEAST_PROPENSITY } from './off-policy/log.js';

/** How LLMs came to be asked, and how they did, as far as a log shows it. */
export interface LoggingPolicy {
  /**
   * Share of the queries with a score that each LLM has one of `[numLlms]`: its propensity, estimated, whatever the
   * query. It stands in where none is logged.
   */
  propensity: Float64Array;
  /** Share of the scores whose propensity is logged. */
  logged: number;
  /** Mean score, drawn towards the mean of LLMs `[numLlms]`. */
  level: Float64Array;
}

/** Answers that the mean of LLMs weighs as much as. */
const LEVEL_STRENGTH = 10;

/** What was certain says nothing of the LLMs that were not asked: how often each is asked says more. */
const isLogged = (propensity: number): boolean => propensity < 1;

/** Calls `each` with every measured score of what an LLM is now. */
function eachScore({ evidence }: Dataset, q: number, each: (llm: number, score: number) => void): void {
  for (let e = evidence.start[q]!; e < evidence.start[q + 1]!; e++)
    if (evidence.measured[e] && isCurrent(evidence, e)) each(evidence.llm[e]!, evidence.score[e]!);
}

/** The logging policy of a log, by the scores of `queries`. */
export function loggingPolicy(data: Dataset, queries: Int32Array): LoggingPolicy {
  const sum = new Float64Array(data.numLlms);
  const count = new Float64Array(data.numLlms);
  let [scored, scores, logged] = [0, 0, 0];
  for (const q of queries) {
    let any = false;
    eachScore(data, q, (l, score) => {
      any = true;
      sum[l]! += score;
      count[l]!++;
      scores++;
      if (isLogged(data.propensityOf(q, l))) logged++;
    });
    if (any) scored++;
  }
  const asked = [...count.keys()].filter((l) => count[l]! > 0);
  const usual = asked.reduce((total, l) => total + sum[l]! / count[l]!, 0) / Math.max(1, asked.length);
  return {
    propensity: count.map((n) => n / Math.max(1, scored)),
    logged: logged / Math.max(1, scores),
    level: sum.map((s, l) => (s + LEVEL_STRENGTH * usual) / (count[l]! + LEVEL_STRENGTH)),
  };
}

/** How many answers a query has whose LLMs were chosen by a chance that is logged; 1 at least. */
export function askedTimes(data: Dataset, q: number): number {
  let times = 0;
  eachScore(data, q, (l) => (times += isLogged(data.propensityOf(q, l)) ? data.answersOf(q, l) : 0));
  return Math.max(1, times);
}

/**
 * What choosing an LLM for query `q` is worth, where not every LLM's answer is logged: doubly robust (Dudík, Langford &
 * Li, arXiv 1103.4601), the LLM's level, and where its answer was logged, what it scored beyond that over how rarely it
 * was asked. Right in the mean where either is; far from right on one query. A query that was asked several times, as
 * users do who are not content, is as many draws of the LLMs that it may get: it is worth the mean of them, and counts
 * {@link askedTimes}. NaN where nothing is scored.
 */
export function doublyRobust(data: Dataset, q: number, chosen: number, { propensity, level }: LoggingPolicy): number {
  let [worth, any] = [level[chosen]!, false];
  const times = askedTimes(data, q);
  eachScore(data, q, (l, score) => {
    any = true;
    if (l !== chosen) return;
    const logged = data.propensityOf(q, l);
    const beyond = score - level[chosen]!;
    worth += isLogged(logged)
      ? ((data.answersOf(q, l) / times) * beyond) / Math.max(LEAST_PROPENSITY, logged)
      : beyond / propensity[l]!;
  });
  return any ? worth : NaN;
}

/**
 * The policy by which what is logged of `queries` has to be judged: null where most of them have scores of several
 * LLMs, or comparisons, so that a choice can be; and where none has any score.
 */
export function policyToJudgeBy(data: Dataset, queries: Int32Array): LoggingPolicy | null {
  let [compared, scored] = [0, 0];
  for (const q of queries) {
    let answers = 0;
    eachScore(data, q, () => answers++);
    if (answers > 0) scored++;
    if (answers > 1 || data.preferenceStart[q + 1]! > data.preferenceStart[q]!) compared++;
  }
  return scored === 0 || 2 * compared >= queries.length ? null : loggingPolicy(data, queries);
}

/** A mean, and the ends of its interval. */
export interface Interval {
  pairs: number;
  mean: number;
  low: number;
  high: number;
}

/** With fewer differences than these, how far they vary is not known. */
const FEWEST_DIFFERENCES = 30;

/**
 * Mean of `a − b` over the pairs that have both, `z` standard errors to each side; everything where a few pairs alone
 * differ.
 */
export function pairedInterval(a: Float64Array, b: Float64Array, z: number): Interval {
  const differences = a.map((x, i) => x - b[i]!).filter((d) => !Number.isNaN(d));
  const pairs = differences.length;
  const mean = differences.reduce((sum, d) => sum + d, 0) / Math.max(1, pairs);
  const differing = differences.filter((d) => d !== 0).length;
  if (pairs === 0 || (differing > 0 && differing < FEWEST_DIFFERENCES))
    return { pairs, mean, low: -Infinity, high: Infinity };
  const variance = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / Math.max(1, pairs - 1);
  const error = z * Math.sqrt(variance / pairs);
  return { pairs, mean, low: mean - error, high: mean + error };
}
