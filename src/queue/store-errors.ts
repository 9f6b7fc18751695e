import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { Store } from './store/types.js';

/** How long the same message is not logged again, in milliseconds. */
const QUIET_MS = 30_000;

/**
 * Logs what BullMQ's connections report, each message once in a while: while a store is away, they report without end.
 */
export function quietly(store: Pick<Store, 'name' | 'place'>, log: Logger, clock: Clock): (error: Error) => void {
  const lastLogged = new Map<string, number>();
  return (error) => {
    const message = messageOf(error);
    const now = clock();
    if (now - (lastLogged.get(message) ?? -Infinity) < QUIET_MS) return;
    lastLogged.set(message, now);
    log.warn(
      { store: store.name, place: store.place, error: message },
      'the job queue has trouble with its store; it keeps trying',
    );
  };
}
