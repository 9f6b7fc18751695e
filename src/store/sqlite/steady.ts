import type { Clock, Uptime } from '../../base/clock.js';
import { isBusy } from '../../base/errors.js';
import type { Connection } from './connection.js';

export interface SteadyOptions {
  clock: Clock;
  /** The steady time is the clock's where it is not given. */
  uptime?: Uptime | undefined;
  readonly: boolean;
}

/**
 * The time by which limits, breakers and claims are kept. The first process since the machine was started takes it from
 * the clock; from then on it follows the uptime, and all that open the ledger have the same.
 */
export function openSteady(connection: Connection, { clock, uptime, readonly }: SteadyOptions): Clock {
  if (uptime === undefined) return clock;
  const find = connection.db
    .prepare<[string], number>('SELECT epoch FROM steady_clock WHERE only = 1 AND boot = ?')
    .pluck();
  const put = connection.db.prepare<[string, number]>('INSERT OR REPLACE INTO steady_clock VALUES (1, ?, ?)');
  const fresh = Math.round(clock() - uptime.ms());

  function begin(): number {
    try {
      return connection.write(() => {
        const epoch = find.get(uptime!.boot);
        if (epoch === undefined) put.run(uptime!.boot, fresh);
        return epoch ?? fresh;
      });
    } catch (error) {
      // Unless the clock is set before that, the next process begins with the same.
      if (isBusy(error)) return fresh;
      throw error;
    }
  }

  const epoch = find.get(uptime.boot) ?? (readonly ? fresh : begin());
  return () => Math.floor(epoch + uptime.ms());
}
