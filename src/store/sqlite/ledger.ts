import { join } from 'node:path';
import type { Clock } from '../../base/clock.js';
import { packageRoot } from '../../base/paths.js';
import type { Ledger } from '../ports/index.js';
import { createAlerts } from './alerts.js';
import { createArtifacts } from './artifacts.js';
import { createBreakers } from './breakers.js';
import { createCascades } from './cascades.js';
import { createCatalog } from './catalog.js';
import { createChanges } from './changes.js';
import { connect } from './connection.js';
import { createDecisions } from './decisions.js';
import { createEmbeddings } from './embeddings.js';
import { createFeedback } from './feedback.js';
import { createImports } from './imports.js';
import { createLimits } from './limits.js';
import { migrate, readMigrations } from './migrate.js';
import { createPolicies } from './policies.js';
import { createRetention } from './retention.js';
import { createSchedule } from './schedule.js';
import { createSettings, createSettingsReader } from './settings.js';
import { createSnapshot } from './snapshot.js';
import { createWriters } from './writers.js';

export interface SqliteOptions {
  clock: Clock;
  readonly: boolean;
  /** How long to wait for another writer before `ledger_busy`, in milliseconds. */
  busyTimeoutMs: number;
}

/**
 * The ledger in a SQLite file, made where it is missing, its schema brought up to date. Synchronous inside: statements
 * are prepared once, and what a verb writes is one immediate transaction.
 *
 * Throws `schema_mismatch`, `ledger_busy`, `invalid_config` (cannot be opened or written) or, read-only,
 * `file_not_found`.
 */
export function openSqliteLedger(path: string, { clock, readonly, busyTimeoutMs }: SqliteOptions): Ledger {
  const connection = connect(path, { readonly, busyTimeoutMs });
  try {
    migrate(connection, readMigrations(join(packageRoot, 'migrations')), clock, !readonly);
  } catch (error) {
    connection.db.close();
    throw error;
  }
  const { catalog, catalogReader, openSession, totals, tally, touch, sizes } = createWriters(connection, clock);
  const settings = createSettingsReader(connection);
  const limits = createLimits(connection, clock, busyTimeoutMs);
  const { release } = limits;
  const retention = createRetention(connection, { clock, settings, busyTimeoutMs });
  const breakers = createBreakers(connection, { clock, settings, touch, release });
  const openCalls = breakers.session;
  return {
    id: connection.db.prepare<[], string>('SELECT id FROM ledger_id').pluck().get()!,
    kind: 'SQLite',
    feedback: createFeedback(connection, { openSession, openCalls, release, totals, tally, settings, clock }),
    imports: createImports(connection.path, busyTimeoutMs, clock),
    catalog: createCatalog(connection, catalogReader, catalog),
    decisions: createDecisions(connection, clock, settings),
    cascades: createCascades(connection, { clock, openCalls, release }),
    snapshot: createSnapshot(connection, { catalog: catalogReader, sizes, settings }),
    embeddings: createEmbeddings(connection),
    artifacts: createArtifacts(connection, touch),
    breakers: breakers.port,
    limits: limits.port,
    alerts: createAlerts(connection, { clock, settings, touch }),
    policies: createPolicies(connection, touch),
    settings: createSettings(connection, settings, touch),
    schedule: createSchedule(connection, clock),
    changes: createChanges(connection),
    retention: retention.port,
    async close() {
      limits.close();
      retention.close();
      connection.db.close();
    },
  };
}
