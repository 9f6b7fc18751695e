import type { LlmProfile } from '../schema/profile.js';

/** One logged query of a snapshot. `task` is an index into `tasks`, −1 where unknown. */
export interface QueryRow {
  hash: string;
  text: string;
  task: number;
}

/** Logged queries in canonical order, by place: a ledger reads their texts only when they are asked for. */
export interface QueryTable extends Iterable<QueryRow> {
  readonly length: number;
  /** SHA-256 of the text, in hexadecimal. */
  hashOf(place: number): string;
  textOf(place: number): string;
  /** Index into `tasks`, −1 where unknown. */
  taskOf(place: number): number;
}

/** Queries that are at hand as rows. */
export function listQueries(rows: readonly QueryRow[]): QueryTable {
  return {
    length: rows.length,
    hashOf: (q) => rows[q]!.hash,
    textOf: (q) => rows[q]!.text,
    taskOf: (q) => rows[q]!.task,
    [Symbol.iterator]: () => rows[Symbol.iterator](),
  };
}

/** Rows whose queries are read at once, so that the ledger that they come from can be closed. */
export const detached = (rows: GraphRows): GraphRows => ({ ...rows, queries: listQueries([...rows.queries]) });

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
  queries: QueryTable;
  /**
   * One entry per (query, LLM): the mean score of its interactions and how many there were. Interactions from before
   * the LLM changed count only in part, in both, and together at most as one: under 1, there are none but such.
   * `[numScores]` each.
   */
  scores: { query: Int32Array; llm: Int32Array; score: Float32Array; count: Float32Array };
  /**
   * One entry per preference. `[numPreferences]` each; LLM indices, and how far it counts: wholly where that is left
   * out.
   */
  preferences: { query: Int32Array; better: Int32Array; worse: Int32Array; weight?: Float32Array };
}
