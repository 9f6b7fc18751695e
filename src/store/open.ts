import type { Clock, Uptime } from '../base/clock.js';
import type { Ledger } from './ports/index.js';
import type { Healed } from './sqlite/heal.js';
import { openSqliteLedger } from './sqlite/ledger.js';

export type { Ledger } from './ports/index.js';
export type { Healed } from './sqlite/heal.js';
export { examineLedger, type Examination } from './sqlite/examine.js';

export interface LedgerOptions {
  /** Says when what is kept was. */
  clock: Clock;
  /** Says how long limits, breakers and claims last, whatever the clock is set to. The clock, unless given. */
  uptime?: Uptime;
  /** Opens a ledger that exists and is up to date, for reading only. */
  readonly?: boolean;
  /** Opens a ledger that exists, and makes none where it is missing. */
  existing?: boolean;
  /** How long to wait for another writer before `ledger_busy`, in milliseconds. Default 5000. */
  busyTimeoutMs?: number;
  /** Called where the ledger held numbers beyond what may be, from before there were ranges, and was put right. */
  onHealed?: (healed: Healed) => void;
}

/**
 * Opens the ledger at `path`, making it (and its folder) where missing and bringing its schema up to date.
 * Throws `schema_mismatch`, `ledger_busy`, `ledger_damaged`, `ledger_full`, `ledger_failed`, `invalid_config` (cannot
 * be opened or written) or, read-only
 * or `existing`, `file_not_found`.
 */
export async function openLedger(
  path: string,
  { clock, uptime, readonly = false, existing = false, busyTimeoutMs = 5000, onHealed }: LedgerOptions,
): Promise<Ledger> {
  return openSqliteLedger(path, { clock, uptime, readonly, existing, busyTimeoutMs, onHealed });
}
