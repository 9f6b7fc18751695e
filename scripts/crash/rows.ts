import { dataPaths } from '../../src/base/paths.js';
import { connect } from '../../src/store/sqlite/connection.js';

/** Interactions of a ledger, as another process reads them. */
export interface Rows {
  /** How often there is an interaction with each text that begins with `label`. */
  withLabel(label: string): Map<string, number>;
  /** What SQLite finds wrong with the file: `ok` for nothing. */
  integrity(): string;
}

const BUSY_MS = 10_000;

/** Reads the ledger of a data folder. */
export function rowsOf(data: string): Rows {
  function reading<T>(work: (db: ReturnType<typeof connect>['db']) => T): T {
    const connection = connect(dataPaths(data).ledger, { readonly: true, busyTimeoutMs: BUSY_MS });
    try {
      return work(connection.db);
    } finally {
      connection.db.close();
    }
  }
  return {
    withLabel: (label) =>
      reading((db) => {
        const found = db
          .prepare<[string], { text: string; n: number }>(
            'SELECT query.text, COUNT(*) AS n FROM interaction JOIN query ON query.id = interaction.query ' +
              'WHERE query.text GLOB ? GROUP BY query.id',
          )
          .all(`${label}*`);
        return new Map(found.map(({ text, n }) => [text, n]));
      }),
    integrity: () => reading((db) => String(db.pragma('integrity_check', { simple: true }))),
  };
}
