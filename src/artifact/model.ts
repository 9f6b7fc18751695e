import type { Weights } from '../math/weights.js';

/**
 * Everything that scoring reads, as plain arrays by name. Each router has tables of its own: those of the learned one
 * are declared in `learned/tables.ts`, those of a baseline where it is.
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
  domains: string[];
  /** Groups of queries that were discovered, by their typical words. */
  kinds: string[];
  /** Benchmarks that LLMs declared in training, without capitals and punctuation. */
  benchmarks: string[];
  /** Hashes of the queries behind the anchors. */
  anchors: string[];
}

/** A trained model, ready to be written or served. */
export interface TrainedModel {
  names: ModelNames;
  tables: Tables;
}
