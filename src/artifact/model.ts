import type { Weights } from '../math/weights.js';

/**
 * Everything that scoring reads, as plain arrays: trained weights by their own names, and
 *
 * | name | shape |
 * |---|---|
 * | `embedding/llm`, `embedding/task` | `[numLlms, hidden]`, `[numTasks, hidden]` |
 * | `record/llm`, `record/count` | `[numLlms, 1]`: expected score, and interactions of each LLM |
 * | `record/task`, `record/task_count` | `[numLlms, numTasks]`: the same per task |
 * | `message/llm` | `[numLlms, axes]`: what it is better or worse at than its record says, by meaning |
 * | `task/keys`, `task/offset`, `task/benchmark`, `task/mask` | `[numTasks, hidden]`, `[1, numTasks]`, `[1, numTasks]`, `[numTasks]` |
 * | `semantic/range`, `semantic/mean`, `semantic/basis` | `[2]`, `[length]`, `[axes, length]`: how a query's place by meaning is found |
 * | `style/range`, `style/quantiles`, `style/scale` | `[2]`, `[features, levels]`, `[features]`: how its place by style is found |
 * | `anchor/places`, `anchor/tasks` | `[numAnchors, axes + features]`, `[numAnchors, numTasks]` |
 * | `anchor/messages`, `anchor/scores` | `[numAnchors, numLlms]`: what it tells others; what was logged, NaN where nothing was |
 * | `hopN/state/family`, `hopN/state/task` | what a newcomer hears from at hop N |
 */
export type Tables = Weights;

/** What goes with the tables: names, in the order of their rows. */
export interface ModelNames {
  /** `learned`, or the name of the baseline that the tables are of. */
  router: string;
  encoder: string;
  hops: number;
  llms: string[];
  families: string[];
  tasks: string[];
  /** Hashes of the queries behind the anchors. */
  anchors: string[];
}

/** A trained model, ready to be written or served. */
export interface TrainedModel {
  names: ModelNames;
  tables: Tables;
}
