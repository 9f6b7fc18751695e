import type { Clock } from '../base/clock.js';
import { isBusy, messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';

/** Writes of what is counted in memory: one after another, and none for a moment after the ledger refused one. */
export interface Turns {
  /** Whether a write waits or runs. */
  taken(): boolean;
  /** Does `work` once all that came before is done. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** What `work` answers; undefined where the ledger can't be written: {@link failure} says why. */
  tryWrite<T>(work: () => Promise<T>): Promise<{ answer: T } | undefined>;
  failure(): unknown;
}

/** How long a ledger that refused is left alone, in milliseconds: each try holds up every request. */
const PAUSE_MS = 250;

/** @param what is counted here until the ledger can be written, as a line of the log begins */
export function createTurns({ clock, log, what }: { clock: Clock; log: Logger; what: string }): Turns {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  let refused: { until: number; error: unknown } | null = null;
  return {
    taken: () => waiting > 0,
    inTurn(work) {
      waiting++;
      const mine = last.then(work).finally(() => waiting--);
      last = mine.catch(() => undefined);
      return mine;
    },
    async tryWrite(work) {
      if (refused !== null && clock() < refused.until) return undefined;
      try {
        const answer = await work();
        refused = null;
        return { answer };
      } catch (error) {
        if (refused === null) {
          log[isBusy(error) ? 'info' : 'error'](
            { error: messageOf(error) },
            `${what} is counted here until the ledger can be written`,
          );
        }
        refused = { until: clock() + PAUSE_MS, error };
        return undefined;
      }
    },
    failure: () => refused?.error,
  };
}
