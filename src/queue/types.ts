import type { Job, JobState, Schedule, TrainProgress, TrainRequest, TrainResult } from '../schema/training.js';
import type { JudgeJob } from '../schema/judge.js';
import type { InstalledSchedule } from './schedule.js';

/** A change of one job: a new state or progress. The whole job is given, so that a late listener misses nothing. */
export type JobListener = (job: Job) => void;

/**
 * Does the training of one job: reports progress, and answers how it ended or throws. `null` means that a
 * scheduled run found too few new interactions and did nothing.
 */
export type Trainer = (request: TrainRequest, context: TrainContext) => Promise<TrainResult | null>;

export interface TrainContext {
  jobId: string;
  trigger: Job['trigger'];
  /** Interactions that must have come since the last training for a scheduled run to go on; 0 for requests. */
  minNewInteractions: number;
  report(progress: TrainProgress): void;
  /** Aborted when the worker stops: the child process is to be ended. */
  signal: AbortSignal;
}

/** Retraining jobs, over whichever store. Every method throws `queue_unavailable` when the store can't be reached. */
export interface RetrainQueue {
  /** Which store: `redis`, `postgres` or `embedded`. */
  readonly store: string;
  /**
   * Adds a job. While one with the same request waits, its id is answered instead; one that runs already doesn't count,
   * since the ledger may have grown.
   */
  enqueue(request: TrainRequest, trigger?: 'request' | 'drift'): Promise<{ jobId: string; created: boolean }>;
  get(jobId: string): Promise<Job | undefined>;
  /** Newest first, 50 unless `limit` says otherwise. The scheduler's next job isn't listed before it is due. */
  list(filter?: { state?: JobState; limit?: number }): Promise<Job[]>;
  /**
   * Calls back with the job as it is, and then on each change of it, until the returned function is called.
   * Throws `job_not_found`.
   */
  watch(jobId: string, listener: JobListener): Promise<() => void>;
  /**
   * Installs, replaces or (null) removes the schedule; by one process at a time, or some stores keep runs of schedules
   * that were replaced (`reconcile.ts` sees to it). Throws `invalid_request` naming `pattern` for a wrong cron pattern.
   */
  setSchedule(schedule: Schedule | null): Promise<void>;
  /** The schedule that is installed; null without one. */
  schedule(): Promise<InstalledSchedule | null>;
  /** When the schedule fires next; null without one. */
  nextRun(): Promise<Date | null>;
  /** Starts taking jobs here, one at a time. */
  work(trainer: Trainer): Promise<Worker>;
  close(): Promise<void>;
}

export interface Worker {
  /** Stops taking jobs; a running one is aborted and goes back to the queue, to be done again. */
  close(): Promise<void>;
}

/** How many answers wait to be judged, and how many are being judged. */
export interface JudgeBacklog {
  waiting: number;
  active: number;
}

/** Judges one answer. What it throws has the job tried again, three times in all. */
export type JudgeHandler = (job: JudgeJob, context: { attempt: number; signal: AbortSignal }) => Promise<void>;

/** Answers that are to be judged, over whichever store. Whoever answers queries never waits for it. */
export interface JudgeQueue {
  /**
   * Has an answer judged: it is held here for a moment, and written with others. Where the store is away, or too many
   * wait, it is dropped, which `onDropped` is told.
   */
  add(job: JudgeJob): void;
  /** Throws `queue_unavailable` where the store can't be reached. */
  counts(): Promise<JudgeBacklog>;
  /** Starts judging here, four answers at a time, as soon as the store can be reached. */
  work(handler: JudgeHandler): Promise<Worker>;
  /** Writes what is held, and closes. */
  close(): Promise<void>;
}
