import type { Job, TrainRequest } from '../schema/training.js';

/** Name that every queue had before each had its ledger's. */
export const FORMER_QUEUE_NAME = 'pointsman-retrain';
/** Name of the queue of a ledger in every store, so that services on one store don't run each other's jobs. */
export const queueName = (ledgerId: string): string => `${FORMER_QUEUE_NAME}-${ledgerId}`;
/** Id of the one job scheduler of a queue. */
export const SCHEDULER_ID = 'pointsman-retrain';
export const JOB_NAME = 'retrain';

/** Longest wait for the store's answer, in milliseconds, before it counts as unreachable. */
export const STORE_TIMEOUT_MS = 5_000;

/** What a job carries. */
export interface JobData {
  request: TrainRequest;
  trigger: Job['trigger'];
  minNewInteractions: number;
}

/**
 * Finished jobs are kept for a while, so that their results can be read; failures are tried again after 1 s and 2 s.
 */
export const JOB_OPTIONS = {
  attempts: 3,
  backoff: { type: 'exponential', delay: 1_000 },
  removeOnComplete: { count: 200 },
  removeOnFail: { count: 200 },
} as const;

/**
 * A killed worker's job is taken up again once its lock has run out and two checks have seen it:
 * at most `lockDuration + 2 · stalledInterval`, 14 s.
 */
export const WORKER_OPTIONS = {
  concurrency: 1,
  lockDuration: 8_000,
  stalledInterval: 3_000,
  maxStalledCount: 5,
  drainDelay: 5,
  runRetryDelay: 1_000,
} as const;

/** Name of the queue of a ledger's answers that are to be judged. */
export const judgeQueueName = (ledgerId: string): string => `pointsman-judge-${ledgerId}`;
export const JUDGE_JOB_NAME = 'judge';

/** Finished jobs are not kept, whichever way they ended, as texts are in them. */
export const JUDGE_JOB_OPTIONS = {
  attempts: 3,
  removeOnComplete: true,
  removeOnFail: true,
} as const;

/** Pause before a failed one is tried again, in milliseconds, and twice that before the third time. */
export const JUDGE_RETRY_MS = 5_000;

/** A killed worker's jobs are taken up again after a minute at most. */
export const JUDGE_WORKER_OPTIONS = {
  ...WORKER_OPTIONS,
  concurrency: 4,
  lockDuration: 30_000,
  stalledInterval: 15_000,
} as const;

/** Answers that wait to be judged at most. */
export const MOST_WAITING = 10_000;
/** Answers that a process holds at most until they are written: some 100 kB each. */
export const MOST_HELD = 256;
/** How long a process collects answers before it writes them together, in milliseconds. */
export const COLLECT_MS = 250;
/** Pause before a store that is away is tried again, in milliseconds. */
export const RETRY_MS = 1_000;
