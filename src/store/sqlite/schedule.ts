import { AHEAD_MS, type Clock } from '../../base/clock.js';
import type { Schedule } from '../../schema/training.js';
import type { ScheduleStore } from '../ports/schedule.js';
import type { Connection } from './connection.js';

/** The one retraining schedule, and who may bring the queue in step with it. */
export function createSchedule(connection: Connection, clock: Clock): ScheduleStore {
  const find = connection.db.prepare<[], Schedule>('SELECT pattern, min_new_interactions FROM schedule');
  const put = connection.db.prepare<[Schedule]>(
    `INSERT INTO schedule (only, pattern, min_new_interactions) VALUES (1, @pattern, @min_new_interactions)
     ON CONFLICT (only) DO UPDATE
       SET pattern = excluded.pattern, min_new_interactions = excluded.min_new_interactions`,
  );
  const remove = connection.db.prepare('DELETE FROM schedule');
  const claim = connection.db.prepare<[{ holder: string; now: number; until: number; ahead: number }]>(
    `INSERT INTO schedule_claim (only, holder, until) VALUES (1, @holder, @until)
     ON CONFLICT (only) DO UPDATE SET holder = excluded.holder, until = excluded.until
     WHERE holder = excluded.holder OR until <= @now OR until > @ahead`,
  );
  const endClaim = connection.db.prepare<[string]>('DELETE FROM schedule_claim WHERE holder = ?');
  return {
    get: async () => find.get(),
    put: async (schedule) => connection.write(() => void put.run(schedule)),
    delete: async () => connection.write(() => remove.run().changes > 0),
    async claim(holder, leaseMs) {
      const now = clock();
      const until = now + leaseMs;
      return connection.write(() => claim.run({ holder, now, until, ahead: until + AHEAD_MS }).changes > 0);
    },
    endClaim: async (holder) => connection.write(() => void endClaim.run(holder)),
  };
}
