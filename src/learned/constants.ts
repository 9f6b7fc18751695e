/**
 * What the head reads for one (query, LLM), in order: logit of the expected score, logit of the task's score alone, the
 * expected score against the best LLM's, how hard the query looks (mean over LLMs), logit of the LLM's record.
 */
export const FEATURES = 5;
export const HEAD_HIDDEN = 8;

/** Interactions that a prior weighs as much as: of an LLM's whole record, and of its record on one task. */
export const RECORD_STRENGTH = 40;
export const TASK_STRENGTH = 10;
/** How far a task's prior may lie from an LLM's mean because of what is declared of both. */
export const TASK_PRIOR_RANGE = 0.1;
/** Answers on a task at which its coverage is one half. */
export const COVERAGE_HALF = 20;
/** Probabilities are kept this far from 0 and 1 before their logit is taken. */
export const LOGIT_MARGIN = 0.02;
