/** What a version learned, to be looked at: its graph and a map of its queries; not in every artifact. */
export const MAP_FILE = 'map.json';

/** Something on the map: where it lies in the unit disc. */
export interface Placed {
  id: string;
  x: number;
  y: number;
}

export interface PlacedLlm extends Placed {
  /** Index into `families`; −1 where it declares none. */
  family: number;
  /** Expected score over all queries, and scored answers that it rests on. */
  score: number;
  answers: number;
}

/** Edges in columns: indices of what they join, and what the relation measures. */
export interface StoredEdges {
  source: number[];
  target: number[];
  weight: number[];
  /** Answers that the weight is of. */
  count?: number[];
}

/** Content of {@link MAP_FILE}. Queries are there by their hashes alone: texts stay in the ledger. */
export interface StoredMap {
  /** Those with the most answers; `left_out` counts the others. */
  llms: PlacedLlm[];
  families: Placed[];
  tasks: Placed[];
  domains: Placed[];
  kinds: Placed[];
  left_out: { llms: number; queries: number; tasks: number };
  /** Index of the LLM with the most answers: what decisions would be without a router. */
  incumbent: number;
  /** A random sample, in random order: any first part of it is one, too. In columns. */
  queries: {
    hash: string[];
    x: number[];
    y: number[];
    /** Indices into `tasks` and `kinds`; −1 where unknown. */
    task: number[];
    kind: number[];
    /** Expected score of each LLM, and its deviation: `[numQueries][numLlms]`. */
    quality: number[][];
    deviation: number[][];
  };
  /** By relation, of kinds as `graph/relations.ts` has them, and kinds of queries besides. */
  edges: Record<string, StoredEdges>;
}
