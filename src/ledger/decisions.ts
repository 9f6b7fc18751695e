import type { Connection } from './connection.js';
import type { DecisionRecord, Ledger } from './types.js';

/** The log of what was routed where. A decision that is there already is left as it is. */
export function createDecisions(connection: Connection): Pick<Ledger, 'appendDecisions' | 'getDecision'> {
  const insert = connection.db.prepare<[DecisionRecord]>(
    'INSERT INTO decision (id, at, query, task, model, version, policy, ranking) VALUES (@id, @at, @query, @task, @model, @version, @policy, @ranking) ON CONFLICT DO NOTHING',
  );
  const find = connection.db.prepare<[string], DecisionRecord>('SELECT id, at, query, task, model, version, policy, ranking FROM decision WHERE id = ?');
  return {
    appendDecisions(decisions) {
      if (decisions.length === 0) return;
      connection.write(() => {
        for (const decision of decisions) insert.run(decision);
      });
    },
    getDecision: (id) => find.get(id),
  };
}
