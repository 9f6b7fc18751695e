import { setTimeout as sleep } from 'node:timers/promises';
import { isBusy } from './errors.js';

/** Pause before a ledger that another process writes to is tried again, in milliseconds. */
const PAUSE_MS = 50;

/** Does `work`, again while the ledger is busy, for `limitMs` milliseconds; then `ledger_busy` is thrown on. */
export async function whileBusy<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
