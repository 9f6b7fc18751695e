/**
 * What the head reads for one (query, LLM), in order:
 * evidence logits of task, neighbours and record; match of query and profile; task and neighbour evidence against
 * the best LLM's; how hard the query looks (mean over LLMs); neighbours against task; benchmarks against task;
 * coverage of task and neighbours by logged answers.
 */
export const FEATURES = 11;
export const HEAD_HIDDEN = 16;

/** Interactions that a prior weighs as much as: of an LLM's whole record, and of its record on one task. */
export const RECORD_STRENGTH = 5;
export const TASK_STRENGTH = 5;
/** How much the task's evidence weighs beside neighbours' attention, which sums to 1 at full coverage. */
export const NEIGHBOUR_STRENGTH = 0.05;
/** Answers on a task at which its coverage is one half. */
export const COVERAGE_HALF = 20;
/** Probabilities are kept this far from 0 and 1 before their logit is taken. */
export const LOGIT_MARGIN = 0.02;
