import { DAY_MS } from '../base/units.js';
import { STEPS } from './day-sums.js';

/** Steps of time that answers are summed by, in milliseconds, the finest first. */
export const ANSWER_STEPS = [...STEPS, DAY_MS] as const;

/** What is summed of answers that named a decision, in the order in which the ledger has it. */
export const ANSWER_SUMS = [
  'answers',
  'errors',
  'score',
  'score_squares',
  'weight',
  'weight_squares',
  'cost_usd',
  'cost_usd_n',
] as const;
export type AnswerSum = (typeof ANSWER_SUMS)[number];

/** Latencies are counted by classes whose bounds are a quarter of a power of two apart, from a millisecond on. */
const CLASSES_PER_DOUBLING = 4;
/** The last has all that took longer, some eighteen minutes. */
export const LATENCY_CLASSES = 80;

/** Sums of answers, with how many took how long `[LATENCY_CLASSES]`. */
export interface AnswerSums {
  sums: Record<AnswerSum, number>;
  latencies: Uint32Array;
}

/** An answer, or a signal of one, as the ledger has it. */
export interface SummedAnswer {
  score: number | null;
  weight: number;
  cost_usd: number | null;
  latency_ms: number | null;
  error: string | null;
  /** Null for an answer itself. */
  signal: string | null;
}

export const noAnswers = (): AnswerSums => ({
  sums: {
    answers: 0,
    errors: 0,
    score: 0,
    score_squares: 0,
    weight: 0,
    weight_squares: 0,
    cost_usd: 0,
    cost_usd_n: 0,
  },
  latencies: new Uint32Array(LATENCY_CLASSES),
});

const classOf = (ms: number): number =>
  Math.min(LATENCY_CLASSES - 1, Math.max(0, Math.floor(CLASSES_PER_DOUBLING * Math.log2(Math.max(1, ms)))));

export function addAnswer({ sums, latencies }: AnswerSums, answer: SummedAnswer): void {
  if (answer.score !== null) {
    sums.score += answer.weight * answer.score;
    sums.score_squares += answer.weight * answer.score ** 2;
    sums.weight += answer.weight;
    sums.weight_squares += answer.weight ** 2;
  }
  if (answer.signal !== null) return;
  sums.answers++;
  if (answer.error !== null) sums.errors++;
  if (answer.cost_usd !== null) {
    sums.cost_usd += answer.cost_usd;
    sums.cost_usd_n++;
  }
  if (answer.latency_ms !== null && answer.error === null) latencies[classOf(answer.latency_ms)]!++;
}

export function addSums(to: AnswerSums, from: AnswerSums): void {
  for (const name of ANSWER_SUMS) to.sums[name] += from.sums[name];
  for (let i = 0; i < LATENCY_CLASSES; i++) to.latencies[i]! += from.latencies[i]!;
}

const Z = 1.96;

/** Mean score with its 95% interval, by the normal approximation; null where nothing is scored, or too little. */
export function meanScore({ sums }: AnswerSums): { mean: number; low: number | null; high: number | null } | null {
  if (sums.weight === 0) return null;
  const mean = sums.score / sums.weight;
  const effective = sums.weight ** 2 / sums.weight_squares;
  if (effective < 2) return { mean, low: null, high: null };
  const variance = Math.max(0, sums.score_squares / sums.weight - mean ** 2) * (effective / (effective - 1));
  const half = Z * Math.sqrt(variance / effective);
  return { mean, low: Math.max(0, mean - half), high: Math.min(1, mean + half) };
}

/** A quantile of the latencies in milliseconds, within a tenth of it; null where there are none. */
export function latencyQuantile({ latencies }: AnswerSums, share: number): number | null {
  const total = latencies.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let [left, found] = [share * total, 0];
  while (found < LATENCY_CLASSES - 1 && left > latencies[found]!) left -= latencies[found++]!;
  // Within a class, as if they were spread evenly on its scale.
  return 2 ** ((found + left / Math.max(1, latencies[found]!)) / CLASSES_PER_DOUBLING);
}
