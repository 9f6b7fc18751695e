import { createPostgresBackend } from 'bullmq';
import { Client } from 'pg';
import { STORE_TIMEOUT_MS } from '../settings.js';
import { within } from '../within.js';
import { calm } from './calm.js';
import type { Store } from './types.js';

/** Namespace of the queue's tables, so that a database may be shared with other things. */
const SCHEMA = 'pointsman_queue';

/** A PostgreSQL server (13 or newer), given as `postgres://` or `postgresql://`. */
export function postgresStore(url: URL): Store {
  const connection = { connectionString: url.href, connectionTimeoutMillis: STORE_TIMEOUT_MS };
  return {
    name: 'postgres',
    place: `${url.hostname || '127.0.0.1'}:${url.port || 5432}`,
    // The queue is opened first and migrates; workers and listeners then find the tables there.
    backend(name, options, role) {
      const migrate = !role?.blocking && !role?.withBlockingConnection;
      return calm(
        createPostgresBackend(
          name,
          { ...options, connection: { ...connection, max: 4, schema: SCHEMA, migrate } },
          role,
        ),
      );
    },
    async probe() {
      const client = new Client(connection);
      client.on('error', () => {});
      try {
        await client.connect();
        await within(STORE_TIMEOUT_MS, client.query('SELECT 1'));
      } finally {
        // Not waited for: a server that doesn't answer doesn't say goodbye either.
        client.end().catch(() => {});
      }
    },
    close: async () => {},
  };
}
