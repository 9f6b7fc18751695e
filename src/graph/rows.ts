import type { MetricSettings } from '../schema/metric.js';
import type { LlmProfile } from '../schema/profile.js';

/** One logged query of a snapshot. `task` is an index into `tasks`, −1 where unknown. */
export interface QueryRow {
  hash: string;
  text: string;
  task: number;
}

/** Logged queries in canonical order, by place. */
export interface QueryKeys {
  readonly length: number;
  /** SHA-256 of the text, in hexadecimal. */
  hashOf(place: number): string;
  /** Index into `tasks`, −1 where unknown. */
  taskOf(place: number): number;
}

/** Logged queries with their texts. */
export interface QueryTable extends QueryKeys, Iterable<QueryRow> {
  textOf(place: number): string;
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

/**
 * What a graph is built from, in columns. Order is canonical (ids sorted, queries by hash, edges by
 * query then LLM), so that the same ledger gives the same rows.
 */
export interface SnapshotRows {
  llms: LlmProfile[];
  /** What their metrics mean, where a team says so. */
  metrics?: MetricSettings;
  families: { id: string; description: string }[];
  tasks: { id: string; description: string }[];
  domains: { id: string; description: string }[];
  /** Pairs of index into `tasks`, index into `domains`. */
  taskDomains: [task: number, domain: number][];
  queries: QueryKeys;
  /**
   * One entry per (query, LLM): the mean score of its interactions and how many there were. Interactions from before
   * the LLM changed count only in part, in both, and together at most as one: under 1, there are none but such.
   * `propensity` is the probability with which the LLM was asked, NaN where unknown; left out where none is known.
   * `[numScores]` each.
   */
  scores: {
    query: Int32Array;
    llm: Int32Array;
    score: Float32Array;
    count: Float32Array;
    propensity?: Float32Array;
  };
  /**
   * One entry per preference. `[numPreferences]` each; LLM indices, and how far it counts: wholly where that is left
   * out.
   */
  preferences: { query: Int32Array; better: Int32Array; worse: Int32Array; weight?: Float32Array };
}

/** The same with the texts of queries, for what reads them all. */
export interface GraphRows extends SnapshotRows {
  queries: QueryTable;
}

/** Texts read at a time. */
const TEXTS_AT_ONCE = 1_000;

/** Adds the texts of queries to rows. `read` answers the texts of hashes, in their order. */
export async function withTexts(
  rows: SnapshotRows,
  read: (hashes: readonly string[]) => Promise<readonly (string | undefined)[]>,
): Promise<GraphRows> {
  const { queries } = rows;
  const listed: QueryRow[] = [];
  for (let from = 0; from < queries.length; from += TEXTS_AT_ONCE) {
    const places = Array.from({ length: Math.min(TEXTS_AT_ONCE, queries.length - from) }, (_, i) => from + i);
    const texts = await read(places.map((place) => queries.hashOf(place)));
    for (const [i, place] of places.entries())
      listed.push({ hash: queries.hashOf(place), text: texts[i]!, task: queries.taskOf(place) });
  }
  return { ...rows, queries: listQueries(listed) };
}
