import type { LlmProfile } from '../schema/profile.js';

/** One logged query of a snapshot. `task` is an index into `tasks`, −1 where unknown. */
export interface QueryRow {
  hash: string;
  text: string;
  task: number;
}

/**
 * What a graph is built from, in columns. Order is canonical (ids sorted, queries by hash, edges by
 * query then LLM), so that the same ledger gives the same rows.
 */
export interface GraphRows {
  llms: LlmProfile[];
  families: { id: string; description: string }[];
  tasks: { id: string; description: string }[];
  domains: { id: string; description: string }[];
  /** Pairs of index into `tasks`, index into `domains`. */
  taskDomains: [task: number, domain: number][];
  queries: QueryRow[];
  /** One entry per (query, LLM): the mean score of its interactions and how many there were. `[numScores]` each. */
  scores: { query: Int32Array; llm: Int32Array; score: Float32Array; count: Int32Array };
  /** One entry per preference. `[numPreferences]` each; LLM indices. */
  preferences: { query: Int32Array; better: Int32Array; worse: Int32Array };
}
