import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { Ledger } from '../store/ports/index.js';

/** Counts answers that were sampled and are not judged, and writes how many there were now and then. */
export interface Dropped {
  count(answers: number): void;
  /** Writes what was counted. What can't be written is counted on. */
  flush(): Promise<void>;
}

export function createDropped({ judge }: Pick<Ledger, 'judge'>, log: Logger): Dropped {
  let counted = 0;
  return {
    count: (answers) => void (counted += answers),
    async flush() {
      const now = counted;
      if (now === 0) return;
      counted -= now;
      try {
        await judge.drop(now);
      } catch (error) {
        counted += now;
        log.warn({ error: messageOf(error) }, 'answers that are not judged could not be counted; it is tried again');
      }
    },
  };
}
