import type { Connection } from './connection.js';
import type { TableSizes } from './table-sizes.js';

/** Tables of feedback. */
export type FeedbackTable = 'interaction' | 'preference';

/** A row of feedback that is to be removed, and the query that it is of. */
export interface Removable {
  id: number;
  query: number;
}

/**
 * Removes rows of feedback, and queries that no row is left of; inside a write transaction. Sums over the rows stay.
 * Answers the bytes of the texts that went with them.
 */
export type RemoveFeedback = (table: FeedbackTable, rows: readonly Removable[]) => number;

export function createFeedbackRemover({ db }: Connection, sizes: TableSizes): RemoveFeedback {
  const remove = {
    interaction: db.prepare<[number]>('DELETE FROM interaction WHERE id = ?'),
    preference: db.prepare<[number]>('DELETE FROM preference WHERE id = ?'),
  };
  const removeQuery = db
    .prepare<[number], number>(
      `DELETE FROM query WHERE id = ? AND NOT EXISTS (SELECT 1 FROM interaction i WHERE i.query = query.id)
       AND NOT EXISTS (SELECT 1 FROM preference p WHERE p.query = query.id) RETURNING octet_length(text)`,
    )
    .pluck();
  return (table, rows) => {
    const queries = new Set<number>();
    let removed = 0;
    for (const { id, query } of rows) {
      removed += remove[table].run(id).changes;
      queries.add(query);
    }
    let [gone, texts, bytes] = [0, 0, 0];
    for (const id of queries) {
      const size = removeQuery.get(id);
      if (size === undefined) continue;
      gone++;
      texts += Number(size > 0);
      bytes += size;
    }
    sizes.remove(table, removed);
    sizes.remove('query', gone);
    sizes.remove('text', texts, bytes);
    return bytes;
  };
}
