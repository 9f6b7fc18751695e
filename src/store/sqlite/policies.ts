import { PolicyBody } from '../../schema/policy.js';
import { parse } from '../../schema/parse.js';
import type { Connection } from './connection.js';
import type { Ledger } from '../types.js';

/** A team's own policies. */
export function createPolicyStore(connection: Connection): Pick<Ledger, 'readPolicies' | 'putPolicy' | 'deletePolicy'> {
  const { db } = connection;
  const all = db.prepare<[], { name: string; body: string }>('SELECT name, body FROM policy ORDER BY name');
  const put = db.prepare<[string, string]>(
    'INSERT INTO policy (name, body) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body',
  );
  const remove = db.prepare<[string]>('DELETE FROM policy WHERE name = ?');
  return {
    readPolicies: () =>
      new Map(
        all
          .all()
          .map(({ name, body }) => [
            name,
            parse(PolicyBody, JSON.parse(body), 'internal', `policy ${name} of the ledger`),
          ]),
      ),
    putPolicy: (name, body) => connection.write(() => void put.run(name, JSON.stringify(body))),
    deletePolicy: (name) => connection.write(() => remove.run(name).changes > 0),
  };
}
