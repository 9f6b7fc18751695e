import type { Schedule } from '../../schema/training.js';
import type { Connection } from './connection.js';
import type { Ledger } from '../types.js';

/** The one retraining schedule. */
export function createScheduleStore(
  connection: Connection,
): Pick<Ledger, 'getSchedule' | 'putSchedule' | 'deleteSchedule'> {
  const find = connection.db.prepare<[], Schedule>('SELECT pattern, min_new_interactions FROM schedule');
  const put = connection.db.prepare<[Schedule]>(
    `INSERT INTO schedule (only, pattern, min_new_interactions) VALUES (1, @pattern, @min_new_interactions)
     ON CONFLICT (only) DO UPDATE SET pattern = excluded.pattern, min_new_interactions = excluded.min_new_interactions`,
  );
  const remove = connection.db.prepare('DELETE FROM schedule');
  return {
    getSchedule: () => find.get(),
    putSchedule: (schedule) => connection.write(() => void put.run(schedule)),
    deleteSchedule: () => connection.write(() => remove.run().changes > 0),
  };
}
