/**
 * Variances of what a score is made of, in the units of {@link ScoreScale}, where scores of one LLM vary by
 * {@link RESIDUAL} about its level: what answers to near queries share, in all LLMs and in one alone; how hard a query
 * is by itself; and chance. Chosen on some logs and kept on others (docs/learning.md).
 */
export const RESIDUAL = 0.215;
export const SHARED = 0.02;
export const OWN = 0.015;
export const QUERY = 0.05;
export const CHANCE = 0.15;

/**
 * Share of the variance that answers near by leave open which is left in the mean of a task's queries, where tasks are
 * known: within a task it is mostly of single queries. By coverage on the llmrouter and optllm logs (docs/learning.md).
 */
export const WITHIN_TASK = 0.25;

/** Variance of LLMs' levels about their mean: what is thought beforehand, as much as two LLMs say; and the least. */
export const LEVEL = { variance: 0.01, worth: 2, least: 0.001 };
/**
 * How much better an LLM's level is by what it declares: thought beforehand of a point that it is better than usual by,
 * and how sure that is.
 */
export const DECLARED_GAIN = { mean: 0.5, variance: 0.25 };
/** Answers that a prior of an LLM's score on one task weighs as much as. */
export const TASK_STRENGTH = 10;
/** How far a task's prior may lie from an LLM's level because of what is declared of both. */
export const TASK_PRIOR_RANGE = 0.1;
/** Queries that LLMs are held beside each other on. */
export const MAX_PROBES = 128;
