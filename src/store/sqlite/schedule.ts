import type { Schedule } from '../../schema/training.js';
import type { ScheduleStore } from '../ports/schedule.js';
import type { Connection } from './connection.js';

/** The one retraining schedule. */
export function createSchedule(connection: Connection): ScheduleStore {
  const find = connection.db.prepare<[], Schedule>('SELECT pattern, min_new_interactions FROM schedule');
  const put = connection.db.prepare<[Schedule]>(
    `INSERT INTO schedule (only, pattern, min_new_interactions) VALUES (1, @pattern, @min_new_interactions)
     ON CONFLICT (only) DO UPDATE
       SET pattern = excluded.pattern, min_new_interactions = excluded.min_new_interactions`,
  );
  const remove = connection.db.prepare('DELETE FROM schedule');
  return {
    get: async () => find.get(),
    put: async (schedule) => connection.write(() => void put.run(schedule)),
    delete: async () => connection.write(() => remove.run().changes > 0),
  };
}
