import { QueueEvents, type IQueueBackend, type QueueEventsListener } from 'bullmq';
import type { Logger } from '../base/log.js';
import { messageOf } from '../base/errors.js';
import type { Job } from '../schema/training.js';
import { STORE_TIMEOUT_MS } from './settings.js';
import type { Store } from './store/types.js';
import type { JobListener } from './types.js';
import { within } from './within.js';

/**
 * How often a watched job is looked at even when no event came, in milliseconds: events may be lost with a connection.
 */
const LOOK_EVERY_MS = 1_000;
const EVENTS = ['waiting', 'active', 'progress', 'completed', 'failed', 'delayed', 'stalled'] as const;

interface Watch {
  jobId: string;
  look: () => Promise<void>;
}

/** Watches jobs of one store. Events only say when to look; what listeners get is read from the store. */
export class Watcher {
  readonly #store: Store;
  readonly #queueName: string;
  readonly #read: (jobId: string) => Promise<Job | undefined>;
  readonly #log: Logger;
  readonly #onStoreError: (error: Error) => void;
  readonly #watches = new Set<Watch>();
  #events: QueueEvents<QueueEventsListener, IQueueBackend, string> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    store: Store,
    queueName: string,
    read: (jobId: string) => Promise<Job | undefined>,
    log: Logger,
    onStoreError: (error: Error) => void,
  ) {
    this.#store = store;
    this.#queueName = queueName;
    this.#read = read;
    this.#log = log;
    this.#onStoreError = onStoreError;
  }

  /** Calls back with `present` and then on each change, until the answered function is called. */
  watch(present: Job, listener: JobListener): () => void {
    const watch = { jobId: present.job_id, look: this.#looker(present, listener) };
    this.#listen();
    this.#watches.add(watch);
    this.#timer ??= setInterval(() => this.#lookAtAll(), LOOK_EVERY_MS).unref();
    // What changed between the reading of `present` and now.
    void watch.look();
    return () => {
      if (!this.#watches.delete(watch) || this.#watches.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  async close(): Promise<void> {
    this.#watches.clear();
    clearInterval(this.#timer);
    await within(STORE_TIMEOUT_MS, this.#events?.close() ?? Promise.resolve()).catch(this.#onStoreError);
  }

  #lookAtAll(jobId?: string): void {
    for (const watch of this.#watches) if (jobId === undefined || watch.jobId === jobId) void watch.look();
  }

  /** Reads the job and calls the listener if it changed. Looks never overlap, so that changes come in order. */
  #looker(present: Job, listener: JobListener): () => Promise<void> {
    let told = '';
    let looking = false;
    let again = false;
    const tell = (job: Job): void => {
      const now = JSON.stringify(job);
      if (now === told) return;
      told = now;
      try {
        listener(job);
      } catch (error) {
        this.#log.error({ jobId: job.job_id, error: messageOf(error) }, 'a job listener threw');
      }
    };
    tell(present);
    const isWatched = (): boolean => [...this.#watches].some((watch) => watch.look === look);
    const look = async (): Promise<void> => {
      again = true;
      if (looking) return;
      looking = true;
      while (again && isWatched()) {
        again = false;
        const job = await this.#read(present.job_id).catch(() => undefined);
        if (job && isWatched()) tell(job);
      }
      looking = false;
    };
    return look;
  }

  #listen(): void {
    if (this.#events) return;
    this.#events = new QueueEvents<QueueEventsListener, IQueueBackend, string>(
      this.#queueName,
      { connection: this.#store.place },
      this.#store.backend,
    );
    this.#events.on('error', this.#onStoreError);
    for (const event of EVENTS) this.#events.on(event, ({ jobId }: { jobId: string }) => this.#lookAtAll(jobId));
  }
}
