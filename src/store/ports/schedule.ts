import type { Schedule } from '../../schema/training.js';

/** The one retraining schedule. */
export interface ScheduleStore {
  get(): Promise<Schedule | undefined>;
  /** Throws `ledger_busy`. */
  put(schedule: Schedule): Promise<void>;
  /** Answers whether there was one. Throws `ledger_busy`. */
  delete(): Promise<boolean>;
}
