import { createPostgresBackend, DEFAULT_SCHEMA, runMigrations } from 'bullmq';
import { PGlite } from '@electric-sql/pglite';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, PointsmanError } from '../../base/errors.js';
import { calm } from './calm.js';
import { takeLock } from '../../store/sqlite/lock.js';
import { embeddedPool, query } from './embedded-pool.js';
import type { Store } from './types.js';

/**
 * PostgreSQL inside this process (PGlite), kept under `folder`. One process at a time may hold it; a second one
 * gets a `queue_unavailable` error that names the holder.
 */
export async function embeddedStore(folder: string): Promise<Store> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const release = takeLock(folder);
  try {
    const db = await PGlite.create(join(folder, 'postgres'));
    await runMigrations({ query: (text, params) => query(db, text, params) }, DEFAULT_SCHEMA);
    // There is one session, so this holds for every query of BullMQ's, whose SQL names no schema.
    await db.exec(`SET search_path TO ${DEFAULT_SCHEMA}`);
    return {
      name: 'embedded',
      place: folder,
      backend: (name, options, role) =>
        calm(createPostgresBackend(name, { ...options, connection: embeddedPool(db) }, role)),
      probe: async () => void (await db.query('SELECT 1')),
      async close() {
        await db.close();
        release();
      },
    };
  } catch (error) {
    release();
    throw new PointsmanError(
      'queue_unavailable',
      `The embedded job queue in ${folder} can't be opened: ${messageOf(error)}. Move the folder away to begin ` +
        'with an empty queue, or set POINTSMAN_QUEUE=redis://… or postgres://…',
      { cause: error },
    );
  }
}
