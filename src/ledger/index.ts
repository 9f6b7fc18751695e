import { join } from 'node:path';
import type { Clock } from '../base/clock.js';
import { packageRoot } from '../base/paths.js';
import { createAppend } from './append.js';
import { createArtifacts } from './artifacts.js';
import { createBreakers } from './breakers.js';
import { runBulk } from './bulk.js';
import { byName } from './catalog.js';
import { connect } from './connection.js';
import { createDecisions } from './decisions.js';
import { createDrift } from './drift.js';
import { createEmbeddings } from './embeddings.js';
import { createLoad } from './load.js';
import { migrate, readMigrations } from './migrate.js';
import { createPolicyStore } from './policies.js';
import { createQueryText } from './query-text.js';
import { createScheduleStore } from './schedule.js';
import { createSnapshotReader } from './snapshot.js';
import { createStore } from './store.js';
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
    ...createScheduleStore(connection),
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
