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
   * One entry per (query, LLM): the mean score of its interactions, by weight, and how many there were, each as far as
   * it counts. Interactions from before
   * the LLM changed count only in part, in both, and together at most as one: under 1, there are none but such.
   * `propensity` is the probability with which the LLM was asked, NaN where unknown; left out where none is known.
   * `answers` is how many answers they are of, where some scores are signals of an answer, and `age` how far they count
   * for their age alone, where some count little for what they are; `count` says both where they are left out.
   * `[numScores]` each.
   */
  scores: {
    query: Int32Array;
    llm: Int32Array;
    score: Float32Array;
    count: Float32Array;
    propensity?: Float32Array;
    answers?: Float32Array;
    age?: Float32Array;
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

/** Rows of some of the queries alone: those at `places`, in order. Scores and preferences of others go with them. */
export function withoutQueries<Rows extends SnapshotRows>(rows: Rows, places: Int32Array): Rows {
  const { queries, scores, preferences } = rows;
  const placeOf = new Int32Array(queries.length).fill(-1);
  places.forEach((place, q) => (placeOf[place] = q));
  const taken = (query: Int32Array): Int32Array =>
    Int32Array.from({ length: query.length }, (_, row) => row).filter((row) => placeOf[query[row]!]! >= 0);
  const pick = <T extends Int32Array | Float32Array>(column: T, kept: Int32Array): T => {
    const picked = column.slice(0, kept.length) as T;
    kept.forEach((row, i) => (picked[i] = column[row]!));
    return picked;
  };
  const columnsOf = <C extends Record<string, Int32Array | Float32Array | undefined>>(
    columns: C,
    query: Int32Array,
  ): C => {
    const kept = taken(query);
    return {
      ...(Object.fromEntries(
        Object.entries(columns).map(([name, column]) => [name, column && pick(column, kept)]),
      ) as C),
      query: pick(query, kept).map((place) => placeOf[place]!),
    };
  };
  return {
    ...rows,
    queries: {
      length: places.length,
      hashOf: (q: number) => queries.hashOf(places[q]!),
      taskOf: (q: number) => queries.taskOf(places[q]!),
    },
    scores: columnsOf(scores, scores.query),
    preferences: columnsOf(preferences, preferences.query),
  };
}

/** Texts read at a time. */
const TEXTS_AT_ONCE = 1_000;

/**
 * Adds the texts of queries to rows; queries whose text is forgotten are left out. `read` answers the texts of hashes,
 * in their order.
 */
export async function withTexts(
  rows: SnapshotRows,
  read: (hashes: readonly string[]) => Promise<readonly (string | undefined)[]>,
): Promise<GraphRows> {
  const { queries } = rows;
  const listed: (Omit<QueryRow, 'text'> & { text: string | undefined })[] = [];
  for (let from = 0; from < queries.length; from += TEXTS_AT_ONCE) {
    const places = Array.from({ length: Math.min(TEXTS_AT_ONCE, queries.length - from) }, (_, i) => from + i);
    const texts = await read(places.map((place) => queries.hashOf(place)));
    for (const [i, place] of places.entries())
      listed.push({ hash: queries.hashOf(place), text: texts[i], task: queries.taskOf(place) });
  }
  const known = Int32Array.from(listed.keys()).filter((place) => listed[place]!.text !== undefined);
  const kept = known.length === listed.length ? rows : withoutQueries(rows, known);
  return { ...kept, queries: listQueries(Array.from(known, (place) => listed[place] as QueryRow)) };
}
