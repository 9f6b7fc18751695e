import { isBusy } from '../../base/errors.js';
import type { Connection } from './connection.js';

/**
 * Takes what was forgotten out of the write-ahead log. The ledger knows whether that is still to be done: whichever
 * process sweeps next does it where a reader was in the way, or where the one that forgot was killed.
 */
export interface Settling {
  /** Runs what forgets in one transaction. */
  write<T>(work: () => T): T;
  due(): boolean;
  settle(): void;
}

export function createSettling(connection: Connection): Settling {
  const { db } = connection;
  const changes = db.prepare<[], number>('SELECT total_changes()').pluck();
  const forgot = db.prepare('UPDATE forgetting SET times = times + 1');
  const times = db.prepare<[], number>('SELECT times FROM forgetting').pluck();
  const unsettled = db.prepare<[], unknown>('SELECT 1 FROM forgetting WHERE settled < times');
  const settled = db.prepare<[number]>('UPDATE forgetting SET settled = max(settled, ?)');
  return {
    write: (work) =>
      connection.write(() => {
        const before = changes.get()!;
        const answer = work();
        if (changes.get() !== before) forgot.run();
        return answer;
      }),
    due: () => unsettled.get() !== undefined,
    settle() {
      // What others forget meanwhile may come too late for this time.
      const until = times.get()!;
      const [found] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
      if (found!.busy !== 0) return;
      try {
        connection.write(() => settled.run(until));
      } catch (error) {
        // It is done, and is done once more by the next sweep.
        if (!isBusy(error)) throw error;
      }
    },
  };
}
