import { currentRules } from '../../schema/exploration.js';
import { parse } from '../../schema/parse.js';
import { PolicyBody } from '../../schema/policy.js';
import type { PolicyStore } from '../ports/policies.js';
import type { Touch } from './changes.js';
import type { Connection } from './connection.js';

/** Makes or replaces a policy, in a write transaction; answers whether it is new. */
export type PutPolicy = (name: string, body: PolicyBody) => boolean;

export function createPutPolicy(connection: Connection, touch: Touch): PutPolicy {
  const { db } = connection;
  const find = db.prepare<[string], string>('SELECT body FROM policy WHERE name = ?').pluck();
  const put = db.prepare<[string, string]>(
    'INSERT INTO policy (name, body) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body',
  );
  return (name, body) =>
    connection.write(() => {
      const [before, after] = [find.get(name), JSON.stringify(body)];
      if (after !== before) {
        put.run(name, after);
        touch('policies');
      }
      return before === undefined;
    });
}

/** A team's own policies. */
export function createPolicies(connection: Connection, put: PutPolicy, touch: Touch): PolicyStore {
  const { db } = connection;
  const all = db.prepare<[], { name: string; body: string }>('SELECT name, body FROM policy ORDER BY name');
  const remove = db.prepare<[string]>('DELETE FROM policy WHERE name = ?');
  return {
    list: async () =>
      new Map(
        all
          .all()
          .map(({ name, body }) => [
            name,
            parse(PolicyBody, currentRules(JSON.parse(body)), 'internal', `policy ${name} of the ledger`),
          ]),
      ),
    put: async (name, body) => put(name, body),
    delete: async (name) =>
      connection.write(() => {
        const removed = remove.run(name).changes > 0;
        if (removed) touch('policies');
        return removed;
      }),
  };
}
