import type { SnapshotRows } from '../../graph/rows.js';

/** How a snapshot is read. */
export interface SnapshotOptions {
  /** After how many days an answer counts half; none unless given. */
  halfLifeDays?: number | null;
}

/** A logged query, and how LLMs of the catalogue did on it. */
export interface AnsweredQuery {
  /** Undefined where it is not kept, or forgotten. */
  text: string | undefined;
  /** Mean score and number of scored answers, best first; of a query asked often, of its newest ones. */
  answers: { model: string; score: number; answers: number }[];
}

/** What a graph is built from. */
export interface SnapshotStore {
  /** Canonical rows, all of one state of the ledger; see {@link SnapshotRows}. Texts of queries stay in the store. */
  read(options?: SnapshotOptions): Promise<SnapshotRows>;
  /** Texts of logged queries by their SHA-256 in hexadecimal; undefined for one that is not there, or forgotten. */
  texts(hashes: readonly string[]): Promise<(string | undefined)[]>;
  /** The query of a hash; undefined where none was logged. */
  query(hash: string): Promise<AnsweredQuery | undefined>;
}
