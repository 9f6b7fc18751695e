import type { Schedule } from '../../schema/training.js';

/** The one retraining schedule, and who may bring the queue in step with it. */
export interface ScheduleStore {
  get(): Promise<Schedule | undefined>;
  /** Throws `ledger_busy`. */
  put(schedule: Schedule): Promise<void>;
  /** Answers whether there was one. Throws `ledger_busy`. */
  delete(): Promise<boolean>;
  /**
   * Claims for `holder`, for `leaseMs` milliseconds, to bring the queue in step with the schedule; answers whether no
   * other holds the claim. Ended with {@link endClaim}. Throws `ledger_busy`.
   */
  claim(holder: string, leaseMs: number): Promise<boolean>;
  /** Throws `ledger_busy`. */
  endClaim(holder: string): Promise<void>;
}
