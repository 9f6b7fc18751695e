import type { TableSize } from '../ports/retention.js';
import type { Connection } from './connection.js';

/** Tables whose rows are counted here; triggers count those of the others. `text`: texts of logged queries. */
export type Counted = 'interaction' | 'preference' | 'query' | 'text' | 'imported_row';

/** How many rows large tables have: kept, so that nobody has to count them. */
export interface TableSizes {
  /** Inside a write transaction. */
  add(table: Counted, rows: number, bytes?: number): void;
  /** Counts rows that were removed (of texts: forgotten); inside a write transaction. */
  remove(table: Counted, rows: number, bytes?: number): void;
  of(table: string): TableSize;
  all(): TableSize[];
}

export function createTableSizes({ db }: Connection): TableSizes {
  const change = db.prepare<[number, number, number, Counted]>(
    'UPDATE table_size SET rows = rows + ?, bytes = bytes + ?, removed = removed + ? WHERE name = ?',
  );
  const select = 'SELECT name AS "table", rows, bytes, removed FROM table_size';
  const find = db.prepare<[string], TableSize>(`${select} WHERE name = ?`);
  const all = db.prepare<[], TableSize>(`${select} ORDER BY name`);
  return {
    add(table, rows, bytes = 0) {
      if (rows !== 0 || bytes !== 0) change.run(rows, bytes, 0, table);
    },
    remove(table, rows, bytes = 0) {
      if (rows !== 0 || bytes !== 0) change.run(-rows, -bytes, rows, table);
    },
    of: (table) => find.get(table)!,
    all: () => all.all(),
  };
}
