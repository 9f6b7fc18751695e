import type { Connection } from './connection.js';

export interface Counts {
  interactions: number;
  preferences: number;
  queries: number;
}

/** How much the ledger holds, kept in one row, and its revision: reading either is one lookup. */
export interface Tally {
  counts(): Counts;
  revision(): number;
  /** Adds to the counts and moves the revision on; inside a write transaction. */
  add(counts: Counts): void;
}

export function createTally({ db }: Connection): Tally {
  const counts = db.prepare<[], Counts>('SELECT interactions, preferences, queries FROM tally');
  const revision = db.prepare<[], number>('SELECT revision FROM tally').pluck();
  const add = db.prepare<[number, number, number]>(
    'UPDATE tally SET revision = revision + 1, interactions = interactions + ?, preferences = preferences + ?, ' +
      'queries = queries + ?',
  );
  return {
    counts: () => counts.get()!,
    revision: () => revision.get()!,
    add: (more) => void add.run(more.interactions, more.preferences, more.queries),
  };
}
