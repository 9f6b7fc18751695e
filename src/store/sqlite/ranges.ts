import { MOST } from '../../schema/amounts.js';

/** Fields of an answer, and the most that each may be. */
export const ANSWER_FIELDS = {
  cost_usd: MOST.usDollars,
  latency_ms: MOST.milliseconds,
  prompt_tokens: MOST.tokens,
  completion_tokens: MOST.tokens,
} as const;
export type AnswerField = keyof typeof ANSWER_FIELDS;

/** Declared numbers of an LLM, and the most that each may be. */
export const DECLARED_FIELDS = {
  size_b: 1e6,
  input_price: 1e6,
  output_price: 1e6,
  cached_input_price: 1e6,
  context_tokens: MOST.tokens,
  latency_ms: MOST.milliseconds,
  latency_p90_ms: MOST.milliseconds,
} as const;

const LOG_MOST = Math.log(MOST.milliseconds);
/** Expected US dollars of one decision: the dearest price for the longest query. */
const COST_OF_DECISION = 1e9;
/** More than any limit lets through. */
const LOAD_MOST = 1e15;

/** A condition in SQL: a value is known, and is not from 0 to `most`. */
export const beyondRange = (field: string, most: number): string =>
  `(${field} IS NOT NULL AND NOT (${field} BETWEEN 0 AND ${most}))`;

/** A condition in SQL: a sum is not what `n` values from 0 to `most` add up to, as no infinite one is. */
const beyondSum = (sum: string, n: string, most: number): string => `NOT (${sum} BETWEEN 0 AND ${n} * ${most} + 0.001)`;

/** What the sums of `decision_day` are of. */
export const DAY_GROUPS = ['chosen', 'ranked', 'best', 'dearest'] as const;

/** Conditions in SQL that hold where the sums of a row can't be. */
export const WRONG_SUMS = {
  score: beyondSum('score', 'scored', 1),
  cost: beyondSum('cost_usd', 'cost_usd_n', MOST.usDollars),
  tokens: beyondSum('completion_tokens', 'completion_tokens_n', MOST.tokens),
  latency: [
    beyondSum('log_latency', 'latency_n', LOG_MOST),
    beyondSum('log_latency_squares', 'latency_n', LOG_MOST ** 2),
  ].join(' OR '),
  load: `NOT (requests BETWEEN 0 AND ${LOAD_MOST} AND tokens BETWEEN 0 AND ${LOAD_MOST})`,
  dayCost: (group: string) => beyondSum(`${group}_cost`, `${group}_cost_n`, COST_OF_DECISION),
  dayQuality: (group: string) => `NOT (abs(${group}_quality) <= ${group} + 0.001)`,
};
