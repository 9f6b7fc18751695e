import type { LedgerCounts } from '../ports/feedback.js';
import type { Connection } from './connection.js';

/** How much the ledger holds, kept in one row, and the revision of feedback. */
export interface Tally {
  counts(): LedgerCounts;
  /** Adds to the counts and moves the revision on; inside a write transaction. */
  add(counts: LedgerCounts): void;
}

export function createTally({ db }: Connection): Tally {
  const counts = db.prepare<[], LedgerCounts>('SELECT interactions, preferences, queries FROM tally');
  const add = db.prepare<[number, number, number]>(
    'UPDATE tally SET revision = revision + 1, interactions = interactions + ?, preferences = preferences + ?, ' +
      'queries = queries + ?',
  );
  return {
    counts: () => counts.get()!,
    add: (more) => void add.run(more.interactions, more.preferences, more.queries),
  };
}
