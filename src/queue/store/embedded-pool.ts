import type { PgNotification, PgPool, PgPoolClient, PgQueryResult } from 'bullmq';
import type { PGlite } from '@electric-sql/pglite';
import { EventEmitter } from 'node:events';

/**
 * Runs a query as node-postgres would: without parameters, several statements may stand in one text,
 * and the last one's rows are the answer.
 */
export async function query(db: PGlite, text: string, params?: readonly unknown[]): Promise<PgQueryResult> {
  const result = params === undefined ? (await db.exec(text)).at(-1) : await db.query(text, [...params]);
  return { rows: result?.rows ?? [], rowCount: result?.affectedRows ?? null };
}

/** A borrowed connection that hears every notification of the one session. */
class EmbeddedClient extends EventEmitter implements PgPoolClient {
  readonly query: PgPoolClient['query'];
  readonly #unsubscribe: () => void;

  constructor(db: PGlite) {
    super();
    this.query = (text, params) => query(db, text, params);
    this.#unsubscribe = db.onNotification((channel, payload) => {
      const notification: PgNotification = { channel, payload };
      this.emit('notification', notification);
    });
  }

  release(): void {
    this.#unsubscribe();
    this.removeAllListeners();
  }
}

/**
 * PGlite in the shape of a node-postgres pool. BullMQ runs single statements on it, each its own transaction,
 * so that one session serves every queue, worker and listener of this process. No socket is opened: nothing
 * outside the process can reach the jobs, and notifications come to those who listen.
 */
export function embeddedPool(db: PGlite): PgPool {
  const pool = new EventEmitter();
  return Object.assign(pool, {
    query: (text: string, params?: readonly unknown[]) => query(db, text, params),
    connect: async () => new EmbeddedClient(db),
    end: async () => {},
  });
}
