import type { Job as BullJob } from 'bullmq';
import type { Logger } from '../base/log.js';
import { messageOf } from '../base/errors.js';
import { STORE_TIMEOUT_MS } from './settings.js';
import { within } from './within.js';

/** Longest wait, in milliseconds, for work to end after its signal was aborted. */
const ABORT_GRACE_MS = 10_000;

/** Puts a job back without counting the attempt. Where the store is away, another worker finds it stalled. */
export async function giveBack(
  job: Pick<BullJob, 'id' | 'moveToWait'>,
  token: string | undefined,
  { what, flushed, log }: { what: string; flushed: Promise<void>; log: Logger },
): Promise<void> {
  try {
    await within(
      STORE_TIMEOUT_MS,
      flushed.then(() => job.moveToWait(token)),
    );
    log.info({ jobId: job.id }, `${what} goes back to the queue`);
  } catch (error) {
    log.warn(
      { jobId: job.id, error: messageOf(error) },
      `${what} could not be given back; it is taken up again as a stalled one`,
    );
  }
}

/** `work`, unless it is still going {@link ABORT_GRACE_MS} after `stop`. */
export async function unlessLeft<T>(work: Promise<T>, stop: AbortSignal, who: string): Promise<T> {
  const done = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const left = new Promise<never>((_, reject) => {
    const wait = (): void => {
      timer = setTimeout(() => reject(new Error(`${who} did not end when it was told to`)), ABORT_GRACE_MS);
    };
    stop.addEventListener('abort', wait, { once: true, signal: done.signal });
  });
  try {
    return await Promise.race([work, left]);
  } finally {
    done.abort();
    clearTimeout(timer);
  }
}
