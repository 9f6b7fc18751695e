import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, PointsmanError } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { Job, JobState, Schedule, TrainRequest } from '../schema/training.js';
import type { InstalledSchedule } from './schedule.js';
import type { JobListener, RetrainQueue, Trainer, Worker } from './types.js';

/** Longest wait for the first try, in milliseconds: whoever starts goes on without the queue then. */
const FIRST_TRY_MS = 2_000;
/** Pause between two tries, in milliseconds. */
const RETRY_MS = 1_000;
/** How long failures are not logged again, in milliseconds. */
const QUIET_MS = 30_000;

export interface ConnectingParts {
  /** Which store it is. */
  store: string;
  log: Logger;
  /** Opens the queue; throws `queue_unavailable` while the store is away. */
  connect: () => Promise<RetrainQueue>;
}

const isAway = (error: unknown): boolean => error instanceof PointsmanError && error.code === 'queue_unavailable';

/**
 * A queue whose store may be away: it tries to connect until that succeeds. Until then calls throw `queue_unavailable`,
 * and workers wait. Once connected, the opened queue deals with outages.
 */
export class ConnectingQueue implements RetrainQueue {
  readonly store: string;
  readonly #log: Logger;
  readonly #connect: () => Promise<RetrainQueue>;
  readonly #stop = new AbortController();
  readonly #opened: Promise<RetrainQueue>;
  #queue: RetrainQueue | undefined;
  #why: unknown;
  #lastLogged = -Infinity;

  /** Throws what the first try throws, unless the store is away. */
  static async open(parts: ConnectingParts): Promise<ConnectingQueue> {
    const first = parts.connect();
    const queue = new ConnectingQueue(parts, first);
    await Promise.race([
      first.catch((error: unknown) => {
        if (!isAway(error)) throw error;
      }),
      sleep(FIRST_TRY_MS, undefined, { ref: false }),
    ]);
    return queue;
  }

  private constructor({ store, log, connect }: ConnectingParts, first: Promise<RetrainQueue>) {
    this.store = store;
    this.#log = log;
    this.#connect = connect;
    this.#why = new PointsmanError('queue_unavailable', `The ${store} job queue has not answered yet`);
    this.#opened = this.#keepTrying(first);
    this.#opened.then(
      (queue) => (this.#queue = queue),
      (error: unknown) => (this.#why = error),
    );
  }

  async #keepTrying(first: Promise<RetrainQueue>): Promise<RetrainQueue> {
    for (let attempt = first; ; attempt = this.#connect()) {
      try {
        const queue = await attempt;
        if (attempt !== first) this.#log.info({ store: this.store }, 'the job queue is connected');
        return queue;
      } catch (error) {
        if (!isAway(error)) throw error;
        this.#note(error);
      }
      await sleep(RETRY_MS, undefined, { signal: this.#stop.signal });
    }
  }

  #note(error: unknown): void {
    this.#why = error;
    const now = performance.now();
    if (now - this.#lastLogged < QUIET_MS) return;
    this.#lastLogged = now;
    this.#log.warn({ store: this.store, error: messageOf(error) }, 'the job queue is away; it is tried again');
  }

  /** The queue, once connected. */
  #connected(): RetrainQueue {
    if (this.#stop.signal.aborted) throw new PointsmanError('shutting_down', 'The job queue is closed');
    if (this.#queue === undefined) throw this.#why;
    return this.#queue;
  }

  async enqueue(request: TrainRequest, trigger?: 'request' | 'drift'): Promise<{ jobId: string; created: boolean }> {
    return this.#connected().enqueue(request, trigger);
  }

  async get(jobId: string): Promise<Job | undefined> {
    return this.#connected().get(jobId);
  }

  async list(filter?: { state?: JobState; limit?: number }): Promise<Job[]> {
    return this.#connected().list(filter);
  }

  async watch(jobId: string, listener: JobListener): Promise<() => void> {
    return this.#connected().watch(jobId, listener);
  }

  async setSchedule(schedule: Schedule | null): Promise<void> {
    return this.#connected().setSchedule(schedule);
  }

  async schedule(): Promise<InstalledSchedule | null> {
    return this.#connected().schedule();
  }

  async nextRun(): Promise<Date | null> {
    return this.#connected().nextRun();
  }

  /** Takes jobs as soon as the store can be reached. */
  async work(trainer: Trainer): Promise<Worker> {
    const closing = new AbortController();
    const stop = AbortSignal.any([this.#stop.signal, closing.signal]);
    let worker: Worker | undefined;
    const begin = async (): Promise<void> => {
      const queue = await this.#opened;
      while (!stop.aborted) {
        try {
          const begun = await queue.work(trainer);
          if (stop.aborted) await begun.close();
          else worker = begun;
          return;
        } catch (error) {
          if (!isAway(error)) throw error;
          this.#note(error);
        }
        await sleep(RETRY_MS, undefined, { signal: stop });
      }
    };
    const beginning = begin().catch((error: unknown) => {
      if (!stop.aborted) this.#log.error({ store: this.store, error: messageOf(error) }, 'no jobs are taken');
    });
    if (this.#queue !== undefined) await beginning;
    return {
      close: async () => {
        closing.abort();
        await worker?.close();
      },
    };
  }

  async close(): Promise<void> {
    this.#stop.abort();
    if (this.#queue !== undefined) return this.#queue.close();
    // A try that is on its way may take seconds: it is not waited for.
    this.#opened.then((queue) => queue.close()).catch(() => {});
  }
}
