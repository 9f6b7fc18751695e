import { dataPaths } from '../../src/base/paths.js';
import { connect } from '../../src/store/sqlite/connection.js';

/** What a ledger keeps of calls. */
export interface CallRows {
  /** The LLM that answered, by decision. */
  calls: Map<string, string>;
  /** How many interactions there are that no signal made, by `<decision> <LLM>`. */
  interactions: Map<string, number>;
  decisions: Set<string>;
}

/** Interactions of a ledger, as another process reads them. */
export interface Rows {
  /** How often there is an interaction with each text that begins with `label`. */
  withLabel(label: string): Map<string, number>;
  /** All that is kept of calls. */
  ofCalls(): CallRows;
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
    ofCalls: () =>
      reading((db) => {
        const calls = db.prepare<[], { decision: string; model: string }>('SELECT decision, model FROM call').all();
        const interactions = db
          .prepare<[], { answer: string; n: number }>(
            "SELECT decision || ' ' || llm.name AS answer, COUNT(*) AS n FROM interaction " +
              'JOIN llm ON llm.id = interaction.llm WHERE decision IS NOT NULL AND signal IS NULL GROUP BY 1',
          )
          .all();
        const decisions = db.prepare<[], { id: string }>('SELECT id FROM decision').all();
        return {
          calls: new Map(calls.map(({ decision, model }) => [decision, model])),
          interactions: new Map(interactions.map(({ answer, n }) => [answer, n])),
          decisions: new Set(decisions.map(({ id }) => id)),
        };
      }),
    integrity: () => reading((db) => String(db.pragma('integrity_check', { simple: true }))),
  };
}
