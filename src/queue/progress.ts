import type { Logger } from '../base/log.js';
import { messageOf } from '../base/errors.js';
import type { TrainProgress } from '../schema/training.js';

/**
 * Writes progress in order, one write at a time. Reports that come while one is being written replace each other:
 * only the latest matters, and a trainer may report faster than a store writes.
 */
export function progressWriter(write: (progress: TrainProgress) => Promise<void>, log: Logger) {
  let latest: TrainProgress | undefined;
  let writing: Promise<void> | undefined;

  async function drain(): Promise<void> {
    while (latest) {
      const progress = latest;
      latest = undefined;
      try {
        await write(progress);
      } catch (error) {
        log.warn({ error: messageOf(error) }, 'the progress of a job could not be stored');
      }
    }
    writing = undefined;
  }

  return {
    report(progress: TrainProgress): void {
      latest = progress;
      writing ??= drain();
    },
    /** Resolves once the last report is stored. */
    flush: async (): Promise<void> => writing,
  };
}
