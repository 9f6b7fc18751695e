import { systemClock, systemUptime } from '../base/clock.js';
import { dataPaths } from '../base/paths.js';
import { openLedger, type Ledger } from '../store/open.js';

/**
 * Opens the ledger of a data folder, works with it, and closes it. Throws `file_not_found` where there is none yet, and
 * it is to be read only or `existing`.
 */
export async function withLedger<T>(
  data: string,
  work: (ledger: Ledger) => Promise<T>,
  { readonly = false, existing = false } = {},
): Promise<T> {
  const ledger = await openLedger(dataPaths(data).ledger, {
    clock: systemClock,
    uptime: systemUptime(),
    readonly,
    existing,
  });
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

export const readLedger = <T>(data: string, work: (ledger: Ledger) => Promise<T>): Promise<T> =>
  withLedger(data, work, { readonly: true });
