import type { Job as BullJob, JobState as BullState, Queue, IQueueBackend } from 'bullmq';
import type { Job, JobState, TrainProgress, TrainResult } from '../schema/training.js';
import { SCHEDULER_ID, type JobData } from './settings.js';

export type StoredJob = BullJob<JobData, TrainResult | null>;
export type StoredQueue = Queue<
  JobData,
  TrainResult | null,
  string,
  JobData,
  TrainResult | null,
  string,
  IQueueBackend,
  string
>;

/** BullMQ's states as Pointsman's: whatever isn't running or done waits, be it for its turn or for a retry. */
const STATES: Partial<Record<BullState | 'unknown', JobState>> = {
  waiting: 'waiting',
  delayed: 'waiting',
  prioritized: 'waiting',
  active: 'active',
  completed: 'completed',
  failed: 'failed',
};

/** The BullMQ states that make up each of Pointsman's. */
export const STORED_STATES = {
  waiting: ['waiting', 'delayed', 'prioritized'],
  active: ['active'],
  completed: ['completed'],
  failed: ['failed'],
} as const satisfies Record<JobState, readonly BullState[]>;

/** Ids that {@link readJob} looks up: any other could name another of BullMQ's keys in Redis. */
const JOB_ID = new RegExp(`^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|repeat:${SCHEDULER_ID}:\\d+)$`);

export async function readJob(queue: StoredQueue, jobId: string): Promise<Job | undefined> {
  if (!JOB_ID.test(jobId)) return undefined;
  // State and fields are two reads: when the job ended in between, a second look has both.
  for (let look = 0; ; look++) {
    const job = await queue.getJob(jobId);
    const state = STATES[(await job?.getState()) ?? 'unknown'];
    if (job === undefined || state === undefined) return undefined;
    const finished = state === 'completed' || state === 'failed';
    if (finished === (job.finishedOn !== undefined) || look === 2) return toJob(job, state);
  }
}

/** Due but not begun: the scheduler always holds one job for its next time, which is no one's job yet. */
export function isUpcoming(job: StoredJob): boolean {
  return job.data.trigger === 'schedule' && job.delay > 0 && job.attemptsMade === 0;
}

export function toJob(job: StoredJob, state: JobState): Job {
  return {
    job_id: job.id!,
    state,
    request: job.data.request,
    trigger: job.data.trigger,
    // BullMQ's progress is 0 until the first report.
    progress: typeof job.progress === 'object' ? (job.progress as unknown as TrainProgress) : null,
    result: state === 'completed' ? job.returnvalue : null,
    error: state === 'completed' ? null : (job.failedReason ?? null),
    attempts: job.attemptsMade + (state === 'active' ? 1 : 0),
    // A scheduled job is stored as soon as the one before it starts, and created when it is due.
    created_at: new Date(job.timestamp + (job.opts.delay ?? 0)).toISOString(),
    finished_at: job.finishedOn === undefined ? null : new Date(job.finishedOn).toISOString(),
  };
}
