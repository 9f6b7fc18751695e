import type { Clock } from '../../base/clock.js';
import type { Schedule } from '../../schema/training.js';
import type { Connection } from './connection.js';
import type { Ledger } from '../types.js';

/** The one retraining schedule, who may bring the queue in step with it, and the id that names the queue. */
export function createScheduleStore(
  connection: Connection,
  clock: Clock,
): Pick<Ledger, 'ledgerId' | 'getSchedule' | 'putSchedule' | 'deleteSchedule' | 'claimSchedule' | 'endScheduleClaim'> {
  const findId = connection.db.prepare<[], string>('SELECT id FROM ledger_id').pluck();
  const find = connection.db.prepare<[], Schedule>('SELECT pattern, min_new_interactions FROM schedule');
  const put = connection.db.prepare<[Schedule]>(
    `INSERT INTO schedule (only, pattern, min_new_interactions) VALUES (1, @pattern, @min_new_interactions)
     ON CONFLICT (only) DO UPDATE SET pattern = excluded.pattern, min_new_interactions = excluded.min_new_interactions`,
  );
  const remove = connection.db.prepare('DELETE FROM schedule');
  const claim = connection.db.prepare<[{ holder: string; now: number; until: number }]>(
    `INSERT INTO schedule_claim (only, holder, until) VALUES (1, @holder, @until)
     ON CONFLICT (only) DO UPDATE SET holder = excluded.holder, until = excluded.until
     WHERE holder = excluded.holder OR until <= @now`,
  );
  const endClaim = connection.db.prepare<[string]>('DELETE FROM schedule_claim WHERE holder = ?');
  return {
    ledgerId: () => findId.get()!,
    getSchedule: () => find.get(),
    putSchedule: (schedule) => connection.write(() => void put.run(schedule)),
    deleteSchedule: () => connection.write(() => remove.run().changes > 0),
    claimSchedule(holder, leaseMs) {
      const now = clock();
      return connection.write(() => claim.run({ holder, now, until: now + leaseMs }).changes > 0);
    },
    endScheduleClaim: (holder) => connection.write(() => void endClaim.run(holder)),
  };
}
