import { join } from 'node:path';
import type { Clock } from '../base/clock.js';
import { packageRoot } from '../base/paths.js';
import { createAppend } from './sqlite/append.js';
import { createArtifacts } from './sqlite/artifacts.js';
import { createBreakers } from './sqlite/breakers.js';
import { runBulk } from './sqlite/bulk.js';
import { byName } from '../graph/order.js';
import { connect } from './sqlite/connection.js';
import { createDecisions } from './sqlite/decisions.js';
import { createDrift } from './sqlite/drift.js';
import { createEmbeddings } from './sqlite/embeddings.js';
import { createLoad } from './sqlite/load.js';
import { migrate, readMigrations } from './sqlite/migrate.js';
import { createPolicyStore } from './sqlite/policies.js';
import { createQueryText } from './sqlite/query-text.js';
import { createScheduleStore } from './sqlite/schedule.js';
import { createSnapshotReader } from './sqlite/snapshot.js';
import { createStore } from './sqlite/writers.js';
import type { Ledger } from './types.js';

export type * from './types.js';

export interface LedgerOptions {
  clock: Clock;
  /** Opens a ledger that exists and is up to date, for reading only. */
  readonly?: boolean;
  /** How long to wait for another writer before `ledger_busy`, in milliseconds. Default 5000. */
  busyTimeoutMs?: number;
}

/**
 * Opens the ledger at `path`, making it (and its folder) where missing and bringing its schema up to date.
 * Throws `schema_mismatch`, `ledger_busy`, `invalid_config` (cannot be opened or written) or, read-only,
 * `file_not_found`.
 */
export function openLedger(path: string, { clock, readonly = false, busyTimeoutMs = 5000 }: LedgerOptions): Ledger {
  const connection = connect(path, { readonly, busyTimeoutMs });
  try {
    migrate(connection, readMigrations(join(packageRoot, 'migrations')), clock, !readonly);
  } catch (error) {
    connection.db.close();
    throw error;
  }
  const { catalog, catalogReader, openSession, totals, tally } = createStore(connection, clock);
  const { release, close: closeLoad, ...load } = createLoad(connection, clock, busyTimeoutMs);
  const { session: openCalls, ...breakers } = createBreakers(connection, clock, release);
  return {
    catalog,
    appendFeedback: createAppend(connection, openSession, openCalls, release, clock),
    bulk: (work) => runBulk(connection.path, busyTimeoutMs, clock, work),
    ...createDecisions(connection, clock),
    countRows() {
      const { interactions, preferences } = tally.counts();
      return interactions + preferences;
    },
    countInteractions: () => tally.counts(),
    changeToken: () => String(tally.revision()),
    readGraphRows: createSnapshotReader(connection, catalogReader, tally),
    readLlmStats: () => totals.read().toSorted((a, b) => byName(a.id, b.id)),
    ...createQueryText(connection),
    ...createEmbeddings(connection),
    ...createArtifacts(connection),
    ...createScheduleStore(connection, clock),
    ...breakers,
    ...createDrift(connection, clock),
    ...createPolicyStore(connection),
    ...load,
    close() {
      closeLoad();
      connection.db.close();
    },
  };
}
