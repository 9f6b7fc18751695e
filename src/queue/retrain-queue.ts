import { Queue } from 'bullmq';
import { v7 as uuid } from 'uuid';
import type { Clock } from '../base/clock.js';
import { PointsmanError } from '../base/errors.js';
import { sha256 } from '../base/hash.js';
import type { Logger } from '../base/log.js';
import { JOB_STATES, type Job, type JobState, type Schedule, type TrainRequest } from '../schema/training.js';
import { isUpcoming, readJob, STORED_STATES, toJob, type StoredQueue } from './job.js';
import { reach } from './reach.js';
import {
  checkPattern,
  installSchedule,
  isInstalled,
  readSchedule,
  removeSchedule,
  type InstalledSchedule,
} from './schedule.js';
import { FORMER_QUEUE_NAME, JOB_NAME, JOB_OPTIONS, queueName, STORE_TIMEOUT_MS } from './settings.js';
import { quietly } from './store-errors.js';
import type { Store } from './store/types.js';
import type { JobListener, RetrainQueue, Trainer, Worker } from './types.js';
import { Watcher } from './watcher.js';
import { within } from './within.js';
import { startWorker } from './worker.js';

/** Most jobs that `list` answers unless told otherwise. */
const DEFAULT_LIMIT = 50;

/** Longest wait, in milliseconds, for the connections of a queue that could not be opened. */
const GIVE_UP_MS = 500;

interface QueueParts {
  store: Store;
  /** Id of the ledger, which names the queue. */
  ledgerId: string;
  log: Logger;
  clock: Clock;
}

/** The retraining queue over any store. */
export class StoredRetrainQueue implements RetrainQueue {
  readonly store: string;
  readonly #store: Store;
  readonly #name: string;
  readonly #queue: StoredQueue;
  readonly #watcher: Watcher;
  readonly #workers = new Set<Worker>();
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #onStoreError: (error: Error) => void;
  #closing: Promise<void> | undefined;

  /** Throws `queue_unavailable` when the store can't be reached. */
  static async open(parts: QueueParts): Promise<StoredRetrainQueue> {
    const { store } = parts;
    await reach(store, () => store.probe());
    const queue = new StoredRetrainQueue(parts);
    try {
      await reach(store, async () => {
        await queue.#queue.waitUntilReady();
        // Also across processes: trainings would only slow each other down.
        await queue.#queue.setGlobalConcurrency(1);
      });
      return queue;
    } catch (error) {
      await within(GIVE_UP_MS, queue.#queue.close()).catch(() => {});
      throw error;
    }
  }

  private constructor({ store, ledgerId, log, clock }: QueueParts) {
    this.store = store.name;
    this.#store = store;
    this.#log = log;
    this.#clock = clock;
    this.#onStoreError = quietly(store, log, clock);
    this.#name = queueName(ledgerId);
    this.#queue = new Queue(this.#name, { connection: store.place }, store.backend) as StoredQueue;
    this.#queue.on('error', this.#onStoreError);
    this.#watcher = new Watcher(store, this.#name, (jobId) => this.get(jobId), log, this.#onStoreError);
  }

  async enqueue(
    request: TrainRequest,
    trigger: 'request' | 'drift' = 'request',
  ): Promise<{ jobId: string; created: boolean }> {
    const key = requestKey(request);
    return this.#reach(async () => {
      // A job that waits again (for a retry, or given back) has lost its key, which settles only races between new
      // ones.
      const waiting = await this.#queue.getJobs([...STORED_STATES.waiting]);
      const equal = waiting.find(
        (job) => job && job.data.trigger !== 'schedule' && requestKey(job.data.request) === key,
      );
      if (equal) return { jobId: equal.id!, created: false };
      const wanted = uuid();
      const data = { request, trigger, minNewInteractions: 0 };
      const job = await this.#queue.add(JOB_NAME, data, {
        ...JOB_OPTIONS,
        jobId: wanted,
        timestamp: this.#clock(),
        deduplication: { id: key },
      });
      return { jobId: job.id!, created: job.id === wanted };
    });
  }

  async get(jobId: string): Promise<Job | undefined> {
    return this.#reach(() => readJob(this.#queue, jobId));
  }

  async list(filter: { state?: JobState; limit?: number } = {}): Promise<Job[]> {
    const limit = filter.limit ?? DEFAULT_LIMIT;
    return this.#reach(async () => {
      const found = new Map<string, Job>();
      // In the order in which jobs move on, so that one that does meanwhile is found, and found last where it is now.
      for (const state of filter.state ? [filter.state] : JOB_STATES)
        for (const job of await this.#queue.getJobs([...STORED_STATES[state]], 0, limit))
          if (job && !isUpcoming(job)) found.set(job.id!, toJob(job, state));
      return [...found.values()].toSorted((a, b) => b.created_at.localeCompare(a.created_at)).slice(0, limit);
    });
  }

  async watch(jobId: string, listener: JobListener): Promise<() => void> {
    const present = await this.get(jobId);
    if (!present)
      throw new PointsmanError('job_not_found', `job_id: expected the id of a job, got ${JSON.stringify(jobId)}`);
    return this.#watcher.watch(present, listener);
  }

  async setSchedule(schedule: Schedule | null): Promise<void> {
    if (schedule) checkPattern(schedule.pattern, this.#clock);
    await this.#reach(async () => {
      if (schedule === null) return removeSchedule(this.#queue);
      await installSchedule(this.#queue, schedule);
      await this.#removeFormer(schedule);
    });
  }

  async schedule(): Promise<InstalledSchedule | null> {
    return this.#reach(() => readSchedule(this.#queue));
  }

  async nextRun(): Promise<Date | null> {
    return (await this.schedule())?.next ?? null;
  }

  async work(trainer: Trainer): Promise<Worker> {
    return this.#reach(async () => {
      await this.#store.probe();
      const worker = await startWorker({
        store: this.#store,
        queueName: this.#name,
        trainer,
        log: this.#log,
        onStoreError: this.#onStoreError,
      });
      this.#workers.add(worker);
      return {
        close: async () => {
          await worker.close();
          this.#workers.delete(worker);
        },
      };
    });
  }

  /**
   * Removes an equal schedule from the queue that all ledgers of a store shared before: it was this ledger's, and would
   * go on firing for those who still read that queue.
   */
  async #removeFormer(schedule: Schedule): Promise<void> {
    const options = { connection: this.#store.place, skipMetasUpdate: true };
    const former = new Queue(FORMER_QUEUE_NAME, options, this.#store.backend) as StoredQueue;
    former.on('error', this.#onStoreError);
    try {
      const installed = await readSchedule(former);
      if (installed !== null && isInstalled(schedule, installed)) await removeSchedule(former);
    } finally {
      await former.close();
    }
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.close()));
    await this.#watcher.close();
    await within(STORE_TIMEOUT_MS, this.#queue.close()).catch(this.#onStoreError);
    await this.#store.close();
  }

  async #reach<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) throw new PointsmanError('shutting_down', 'The job queue is closed');
    return reach(this.#store, work);
  }
}

function requestKey(request: TrainRequest): string {
  return sha256(
    JSON.stringify([
      request.design,
      request.seed,
      request.backend,
      request.from_scratch,
      request.half_life_days,
      request.weigh,
      request.activate,
      request.activation,
    ]),
  );
}
