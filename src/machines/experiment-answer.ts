import type { Measure } from './measures.js';

/** What feedback says of one decision of an experiment, as running sums. */
export interface AnswerSums {
  /** Of scores by weight, and of the weights. */
  score: number;
  weight: number;
  /** Its calls, and those that failed. */
  answers: number;
  failed: number;
  /** Over its calls; null where none was told. */
  latencyMs: number | null;
  costUsd: number | null;
}

export const UNANSWERED: AnswerSums = { score: 0, weight: 0, answers: 0, failed: 0, latencyMs: null, costUsd: null };

/** One row of feedback, as far as it counts here. */
export interface AnswerRow {
  score?: number | null | undefined;
  weight?: number | undefined;
  /** Whether it tells of a call; a signal does not. */
  isCall: boolean;
  failed?: boolean;
  latencyMs?: number | null | undefined;
  costUsd?: number | null | undefined;
}

const sum = (before: number | null, more: number | null | undefined): number | null =>
  more === null || more === undefined ? before : (before ?? 0) + more;

/** The sums with one row more. */
export function afterRow(
  before: AnswerSums,
  { score, weight = 1, isCall, failed = false, latencyMs, costUsd }: AnswerRow,
): AnswerSums {
  const isScored = score !== null && score !== undefined;
  return {
    score: before.score + (isScored ? score * weight : 0),
    weight: before.weight + (isScored ? weight : 0),
    answers: before.answers + (isCall ? 1 : 0),
    failed: before.failed + (failed ? 1 : 0),
    latencyMs: sum(before.latencyMs, latencyMs),
    costUsd: sum(before.costUsd, costUsd),
  };
}

/**
 * What a decision counts as, in each measure that is known of it: the mean of its scores by weight, whether one of its
 * calls failed, the logarithm of the milliseconds that they took together (at least 1), and what they cost.
 */
export function valuesOf(sums: AnswerSums): Partial<Record<Measure, number>> {
  const { score, weight, answers, failed, latencyMs, costUsd } = sums;
  return {
    ...(weight > 0 && { quality: score / weight }),
    ...(answers > 0 && { errors: failed > 0 ? 1 : 0 }),
    ...(latencyMs !== null && { latency: Math.log(Math.max(1, latencyMs)) }),
    ...(costUsd !== null && { cost: costUsd }),
  };
}

/** What a unit counts as in a measure: the mean of its decisions of which it is known. */
export interface UnitMean {
  n: number;
  mean: number;
}

/** The same after a decision of the unit counts otherwise, or for the first time. */
export function afterDecision(before: UnitMean | undefined, was: number | undefined, is: number): UnitMean {
  if (before === undefined) return { n: 1, mean: is };
  const { n, mean } = before;
  return was === undefined ? { n: n + 1, mean: mean + (is - mean) / (n + 1) } : { n, mean: mean + (is - was) / n };
}
