import type { Weights } from '../profile/structured/parameters.js';

/**
 * Everything that scoring reads, as plain arrays: trained weights by their own names, and
 *
 * | name | shape |
 * |---|---|
 * | `embedding/llm`, `embedding/task` | `[numLlms, hidden]`, `[numTasks, hidden]` |
 * | `record/llm`, `record/task`, `record/benchmark`, `record/task_count` | `[numLlms, 1]`, `[numLlms, numTasks]` each |
 * | `record/count` | `[numLlms, 1]`: interactions of each LLM |
 * | `record/task_mask` | `[numTasks]` |
 * | `anchor/keys`, `anchor/scores` | `[numAnchors, keys]`, `[numAnchors, numLlms]` (NaN where not logged) |
 * | `hopN/state/family`, `hopN/state/task` | what a newcomer hears from at hop N |
 */
export type Tables = Weights;

/** What goes with the tables: names, in the order of their rows. */
export interface ModelNames {
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
