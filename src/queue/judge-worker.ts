import { WaitingError, Worker as BullWorker, type IQueueBackend, type Job as BullJob } from 'bullmq';
import type { Logger } from '../base/log.js';
import { messageOf } from '../base/errors.js';
import { JudgeJob } from '../schema/judge.js';
import { JUDGE_WORKER_OPTIONS, STORE_TIMEOUT_MS } from './settings.js';
import { giveBack, unlessLeft } from './stopping.js';
import type { Store } from './store/types.js';
import type { JudgeHandler, Worker } from './types.js';
import { within } from './within.js';

export interface JudgeWorkerParts {
  store: Store;
  queueName: string;
  handler: JudgeHandler;
  log: Logger;
  onStoreError: (error: Error) => void;
}

/** Takes answers from the store, four at a time, until closed. Rejects when the store does not answer in time. */
export async function startJudgeWorker(parts: JudgeWorkerParts): Promise<Worker> {
  const { store, queueName, onStoreError } = parts;
  const stop = new AbortController();
  const running = new Set<Promise<void>>();
  const worker = new BullWorker<JudgeJob, void, string, IQueueBackend, object, string>(
    queueName,
    (job, token) => {
      const run = judgeOne(job, token, stop.signal, parts).finally(() => running.delete(run));
      running.add(run);
      return run;
    },
    { ...JUDGE_WORKER_OPTIONS, connection: store.place },
    store.backend,
  );
  worker.on('error', onStoreError);
  try {
    await within(STORE_TIMEOUT_MS, worker.waitUntilReady());
  } catch (error) {
    worker.close(true).catch(onStoreError);
    throw error;
  }

  async function close(): Promise<void> {
    stop.abort();
    const closed = worker.close();
    await Promise.allSettled(running);
    await within(STORE_TIMEOUT_MS, closed).catch(onStoreError);
  }
  let closing: Promise<void> | undefined;
  return { close: () => (closing ??= close()) };
}

async function judgeOne(
  job: BullJob<JudgeJob, void>,
  token: string | undefined,
  stop: AbortSignal,
  { handler, log }: JudgeWorkerParts,
): Promise<void> {
  const { data, success } = JudgeJob.safeParse(job.data);
  if (!success) return log.warn({ jobId: job.id }, 'an answer to judge is not of a form that is known; it is dropped');
  try {
    stop.throwIfAborted();
    await unlessLeft(handler(data, { attempt: job.attemptsMade + 1, signal: stop }), stop, 'the judge');
  } catch (error) {
    if (stop.aborted) {
      await giveBack(job, token, { what: 'an answer to judge', flushed: Promise.resolve(), log });
      throw new WaitingError();
    }
    log.warn(
      { decision: data.decision, attempt: job.attemptsMade + 1, error: messageOf(error) },
      'an answer could not be judged',
    );
    throw error instanceof Error ? error : new Error(messageOf(error));
  }
}
