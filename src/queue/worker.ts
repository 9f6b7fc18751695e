import { UnrecoverableError, WaitingError, Worker as BullWorker, type IQueueBackend } from 'bullmq';
import type { Logger } from '../base/log.js';
import { messageOf, PointsmanError, type ErrorCode } from '../base/errors.js';
import type { TrainResult } from '../schema/training.js';
import type { StoredJob } from './job.js';
import { progressWriter } from './progress.js';
import { STORE_TIMEOUT_MS, WORKER_OPTIONS, type JobData } from './settings.js';
import { giveBack, unlessLeft } from './stopping.js';
import type { Store } from './store/types.js';
import type { Trainer, Worker } from './types.js';
import { within } from './within.js';

/** Errors that would come again however often the job is tried. */
const PERMANENT: ReadonlySet<ErrorCode> = new Set(['no_data', 'invalid_request', 'training_diverged']);

export interface WorkerParts {
  store: Store;
  queueName: string;
  trainer: Trainer;
  log: Logger;
  onStoreError: (error: Error) => void;
}

/** Takes jobs from the store, one at a time, until closed. Rejects when the store does not answer in time. */
export async function startWorker({ store, queueName, trainer, log, onStoreError }: WorkerParts): Promise<Worker> {
  const stop = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  const worker = new BullWorker<JobData, TrainResult | null, string, IQueueBackend, object, string>(
    queueName,
    (job, token) => {
      const run = runJob(job, token, trainer, stop.signal, log);
      running = run;
      return run;
    },
    { ...WORKER_OPTIONS, connection: store.place },
    store.backend,
  );
  worker.on('error', onStoreError);
  worker.on('stalled', (jobId) =>
    log.warn({ jobId }, 'a job was left by a worker that died; it goes back to the queue'),
  );
  try {
    await within(STORE_TIMEOUT_MS, worker.waitUntilReady());
  } catch (error) {
    // One that nobody knows of would take jobs when the store is back, and keep the process alive until then.
    worker.close(true).catch(onStoreError);
    throw error;
  }

  async function close(): Promise<void> {
    stop.abort();
    // BullMQ marks the worker as closing before it first waits, so that it doesn't take the job that it gives back.
    const closed = worker.close();
    await running.catch(() => {});
    await within(STORE_TIMEOUT_MS, closed).catch(onStoreError);
  }
  let closing: Promise<void> | undefined;
  return { close: () => (closing ??= close()) };
}

async function runJob(
  job: StoredJob,
  token: string | undefined,
  trainer: Trainer,
  stop: AbortSignal,
  log: Logger,
): Promise<TrainResult | null> {
  // From here on an equal request is a new job: the ledger may have grown since this one's snapshot.
  await job.removeDeduplicationKey();
  const { request, trigger, minNewInteractions } = job.data;
  const progress = progressWriter((value) => job.updateProgress(value), log);
  log.info({ jobId: job.id, trigger, attempt: job.attemptsMade + 1 }, 'a retraining job begins');
  try {
    stop.throwIfAborted();
    const context = { jobId: job.id!, trigger, minNewInteractions, report: progress.report, signal: stop };
    const result = await unlessLeft(trainer(request, context), stop, 'the trainer');
    await progress.flush();
    log.info({ jobId: job.id, result }, 'a retraining job is done');
    return result;
  } catch (error) {
    if (stop.aborted) {
      await giveBack(job, token, { what: 'a retraining job', flushed: progress.flush(), log });
      throw new WaitingError();
    }
    await progress.flush();
    log.error({ jobId: job.id, error: messageOf(error) }, 'a retraining job failed');
    if (error instanceof PointsmanError && PERMANENT.has(error.code)) throw new UnrecoverableError(error.message);
    throw error instanceof Error ? error : new Error(messageOf(error));
  }
}
