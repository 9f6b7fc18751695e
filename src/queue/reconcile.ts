import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { every } from '../base/every.js';
import type { Logger } from '../base/log.js';
import type { Schedule } from '../schema/training.js';
import type { Ledger } from '../store/ports/index.js';
import { checkPattern, isInstalled, nextByPattern, type InstalledSchedule } from './schedule.js';
import type { RetrainQueue } from './types.js';
import { within } from './within.js';

/** Longest that a caller waits for the queue, in milliseconds. */
const PATIENCE_MS = 2_000;
/**
 * How long a claim lasts that was not ended, in milliseconds. It covers a call to the queue that was given up and may
 * still take effect: nobody else changes the schedule until then.
 */
const CLAIM_MS = 15_000;

/** The retraining schedule: the ledger says what is wanted, and the queue is brought in step with it. */
export interface RetrainSchedule {
  /** What is wanted and when it fires next: null while the queue is away. Undefined where nothing is wanted. */
  read(): Promise<{ schedule: Schedule; nextRun: Date | null } | undefined>;
  /**
   * Wants this schedule from now on; answers when it fires next, null while the queue is away: it is installed once the
   * queue is back. Throws `invalid_request` naming `pattern` for a wrong cron pattern.
   */
  put(schedule: Schedule): Promise<Date | null>;
  /** Wants none from now on; answers whether one was wanted. */
  remove(): Promise<boolean>;
  /** Looks now and then every so often whether the queue is in step, until the returned function is called. */
  follow(everyMs: number): () => void;
}

export interface RetrainScheduleParts {
  ledger: Pick<Ledger, 'schedule'>;
  queue: Pick<RetrainQueue, 'schedule' | 'setSchedule'>;
  clock: Clock;
  log: Logger;
}

/** Opens the schedule. Any number of processes may: the ledger lets one at a time change the queue's. */
export function openRetrainSchedule({
  ledger: { schedule: kept },
  queue,
  clock,
  log,
}: RetrainScheduleParts): RetrainSchedule {
  let running: Promise<InstalledSchedule | null> | undefined;
  let following: Promise<InstalledSchedule | null> | undefined;
  let away = false;

  /** Installs what is wanted where the queue holds something else; answers what it holds then. */
  async function look(): Promise<InstalledSchedule | null> {
    const installed = await queue.schedule();
    if (isInstalled(await kept.get(), installed)) return installed;
    // A name of this look alone: one whose call was given up keeps out the looks that come after it, too.
    const holder = randomUUID();
    if (!(await kept.claim(holder, CLAIM_MS))) return installed;
    const wanted = await kept.get();
    if (!isInstalled(wanted, await queue.schedule())) {
      await queue.setSchedule(wanted ?? null);
      log.info({ schedule: wanted ?? null }, 'the retraining schedule is installed in the queue');
    }
    await kept.endClaim(holder);
    return queue.schedule();
  }

  async function lookAndLog(): Promise<InstalledSchedule | null> {
    try {
      const installed = await look();
      if (away) log.info('the job queue answers again: the retraining schedule is in step');
      away = false;
      return installed;
    } catch (error) {
      if (!away) log.warn({ error: messageOf(error) }, 'the retraining schedule is not in step; it is tried again');
      away = true;
      throw error;
    }
  }

  /** One look at a time; calls that come during one share another right after it. */
  function reconcile(): Promise<InstalledSchedule | null> {
    if (running === undefined) {
      running = lookAndLog().finally(() => (running = undefined));
      return running;
    }
    following ??= running
      .catch(() => null)
      .then(() => {
        following = undefined;
        return reconcile();
      });
    return following;
  }

  /** When `wanted` fires next; null while the queue does not answer. */
  async function nextRun(wanted: Schedule): Promise<Date | null> {
    try {
      const installed = await within(PATIENCE_MS, reconcile());
      // Another process may be about to install it.
      return isInstalled(wanted, installed) ? installed!.next : nextByPattern(wanted.pattern, clock);
    } catch {
      return null;
    }
  }

  return {
    async read() {
      const schedule = await kept.get();
      return schedule === undefined ? undefined : { schedule, nextRun: await nextRun(schedule) };
    },
    async put(schedule) {
      checkPattern(schedule.pattern, clock);
      await kept.put(schedule);
      return nextRun(schedule);
    },
    async remove() {
      const wanted = await kept.delete();
      await within(PATIENCE_MS, reconcile()).catch(() => {});
      return wanted;
    },
    follow(everyMs) {
      const lookAgain = (): void => {
        if (running === undefined) reconcile().catch(() => {});
      };
      lookAgain();
      return every(everyMs, lookAgain, () => {});
    },
  };
}
