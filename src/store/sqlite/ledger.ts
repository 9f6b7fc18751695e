import { join } from 'node:path';
import type { Clock, Uptime } from '../../base/clock.js';
import { packageRoot } from '../../base/paths.js';
import type { Ledger } from '../ports/index.js';
import { createAlerts } from './alerts.js';
import { createActivate, createArtifacts } from './artifacts.js';
import { createAddAudit, createAudit } from './audit.js';
import { createBreakers } from './breakers.js';
import { createCalls } from './calls.js';
import { createCascades } from './cascades.js';
import { createCatalog } from './catalog.js';
import { createChanges } from './changes.js';
import { connect, type Connection } from './connection.js';
import { createDecisions } from './decisions.js';
import { createEmbeddings } from './embeddings.js';
import { createExperiments } from './experiments.js';
import { createFeedback } from './feedback.js';
import { guarded } from './guard.js';
import { heal, type Healed } from './heal.js';
import { createImports } from './imports.js';
import { createJudge } from './judge.js';
import { createKeys } from './keys.js';
import { createLimits } from './limits.js';
import { migrate, readMigrations } from './migrate.js';
import { createOverview } from './overview.js';
import { createPolicies, createPutPolicy } from './policies.js';
import { createProviders } from './providers.js';
import { createQuotas } from './quotas.js';
import { createRetention } from './retention.js';
import { createSchedule } from './schedule.js';
import { createSettings } from './settings.js';
import { createShadows } from './shadows.js';
import { createSnapshot } from './snapshot.js';
import { openSteady } from './steady.js';
import { createWriters } from './writers.js';

export interface SqliteOptions {
  clock: Clock;
  uptime: Uptime | undefined;
  readonly: boolean;
  /** Whether it must be there already. */
  existing: boolean;
  /** How long to wait for another writer before `ledger_busy`, in milliseconds. */
  busyTimeoutMs: number;
  /** Called where numbers beyond their ranges were put right. */
  onHealed?: ((healed: Healed) => void) | undefined;
}

/**
 * The ledger in a SQLite file, made where it is missing, its schema brought up to date. Synchronous inside: statements
 * are prepared once, and what a verb writes is one immediate transaction.
 *
 * Throws `schema_mismatch`, `ledger_busy`, `ledger_damaged`, `ledger_full`, `ledger_failed`, `invalid_config` (cannot
 * be opened or written) or, read-only, `file_not_found`.
 */
export function openSqliteLedger(
  path: string,
  { clock, uptime, readonly, existing, busyTimeoutMs, onHealed }: SqliteOptions,
): Ledger {
  const connection = connect(path, { readonly, existing, busyTimeoutMs });
  const { failed } = connection.fitness;
  try {
    migrate(connection, readMigrations(join(packageRoot, 'migrations')), clock, !readonly);
    const steady = openSteady(connection, { clock, uptime, readonly });
    const healed = readonly ? undefined : heal(connection);
    if (healed !== undefined) onHealed?.(healed);
    const { check, close, ...ports } = createPorts(connection, { clock, steady }, busyTimeoutMs);
    const guardedPorts = Object.entries(ports).map(([name, port]) => [
      name,
      typeof port === 'object' ? guarded(port, failed) : port,
    ]);
    return { ...(Object.fromEntries(guardedPorts) as typeof ports), check, close };
  } catch (error) {
    connection.db.close();
    throw failed(error);
  }
}

interface Clocks {
  clock: Clock;
  steady: Clock;
}

function createPorts(connection: Connection, { clock, steady }: Clocks, busyTimeoutMs: number): Ledger {
  const { catalog, catalogReader, openSession, totals, tally, touch, settings, room, sizes, results } = createWriters(
    connection,
    clock,
  );
  const limits = createLimits(connection, steady, busyTimeoutMs);
  const { release } = limits;
  const retention = createRetention(connection, { clock, steady, settings, busyTimeoutMs });
  const quotas = createQuotas(connection, { clock, steady }, busyTimeoutMs);
  const breakers = createBreakers(connection, { clock, steady, settings, touch, release });
  const openCalls = breakers.session;
  const activate = createActivate(connection, touch);
  const putPolicy = createPutPolicy(connection, touch);
  const audit = createAddAudit(connection, clock);
  const touchId = connection.db.prepare('UPDATE ledger_id SET id = id');
  return {
    id: connection.db.prepare<[], string>('SELECT id FROM ledger_id').pluck().get()!,
    kind: 'SQLite',
    steady,
    feedback: createFeedback(connection, { openSession, openCalls, release, totals, tally, settings, room, clock }),
    imports: createImports(connection, busyTimeoutMs, clock),
    catalog: createCatalog(connection, { reader: catalogReader, writer: catalog, room }),
    decisions: createDecisions(connection, { clock, settings, results }),
    overview: createOverview(connection),
    calls: createCalls(connection),
    cascades: createCascades(connection, { clock, openCalls, release }),
    snapshot: createSnapshot(connection, { catalog: catalogReader, sizes, settings }),
    embeddings: createEmbeddings(connection),
    artifacts: createArtifacts(connection, activate, touch),
    breakers: breakers.port,
    limits: limits.port,
    alerts: createAlerts(connection, { clock, steady, settings, touch }),
    policies: createPolicies(connection, putPolicy, touch),
    experiments: createExperiments(connection, { clock, touch, results, activate, putPolicy, audit }),
    providers: createProviders(connection, touch),
    settings: createSettings(connection, settings, touch),
    schedule: createSchedule(connection, steady),
    keys: createKeys(connection, touch),
    quotas: quotas.port,
    judge: createJudge(connection, clock),
    shadows: createShadows(connection),
    audit: createAudit(connection, audit),
    changes: createChanges(connection),
    retention: retention.port,
    async check() {
      connection.fitness.check(() => connection.write(() => touchId.run()));
    },
    async close() {
      limits.close();
      quotas.close();
      retention.close();
      connection.db.close();
    },
  };
}
