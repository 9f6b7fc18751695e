import { parseUnquoted } from '../../schema/parse.js';
import { Provider } from '../../schema/provider.js';
import type { ProviderStore } from '../ports/providers.js';
import type { Touch } from './changes.js';
import type { Connection } from './connection.js';

/** Where LLMs can be called. */
export function createProviders(connection: Connection, touch: Touch): ProviderStore {
  const { db } = connection;
  const all = db.prepare<[], { name: string; body: string }>('SELECT name, body FROM provider ORDER BY name');
  const find = db.prepare<[string], string>('SELECT body FROM provider WHERE name = ?').pluck();
  const put = db.prepare<[string, string]>(
    'INSERT INTO provider (name, body) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body',
  );
  const remove = db.prepare<[string]>('DELETE FROM provider WHERE name = ?');
  return {
    list: async () =>
      all
        .all()
        .map(({ name, body }) =>
          parseUnquoted(Provider, JSON.parse(body), 'internal', `provider ${name} of the ledger`),
        ),
    put: async (provider) =>
      connection.write(() => {
        const [before, after] = [find.get(provider.name), JSON.stringify(provider)];
        if (after !== before) {
          put.run(provider.name, after);
          touch('providers');
        }
        return before === undefined;
      }),
    delete: async (name) =>
      connection.write(() => {
        const removed = remove.run(name).changes > 0;
        if (removed) touch('providers');
        return removed;
      }),
  };
}
