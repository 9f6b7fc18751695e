import { Queue, type IQueueBackend } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../base/clock.js';
import { messageOf, PointsmanError } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { JudgeJob } from '../schema/judge.js';
import { startJudgeWorker } from './judge-worker.js';
import { reach } from './reach.js';
import {
  COLLECT_MS,
  JUDGE_JOB_NAME,
  JUDGE_JOB_OPTIONS,
  JUDGE_RETRY_MS,
  judgeQueueName,
  MOST_HELD,
  MOST_WAITING,
  RETRY_MS,
  STORE_TIMEOUT_MS,
} from './settings.js';
import { quietly } from './store-errors.js';
import type { Store } from './store/types.js';
import type { JudgeBacklog, JudgeHandler, JudgeQueue, Worker } from './types.js';
import { within } from './within.js';

type StoredQueue = Queue<JudgeJob, void, string, JudgeJob, void, string, IQueueBackend, string>;

export interface JudgeQueueParts {
  store: Store;
  /** Id of the ledger, which names the queue. */
  ledgerId: string;
  log: Logger;
  clock: Clock;
  /** Told how many answers were dropped. */
  onDropped: (count: number) => void;
  limits?: JudgeQueueLimits | undefined;
}

export interface JudgeQueueLimits {
  /** Answers that wait at most; 10,000 unless given. */
  mostWaiting?: number;
  /** Pause before the second try, in milliseconds, which doubles; five seconds unless given. */
  retryMs?: number;
}

/** Answers to judge, over any store, which is connected to when it is needed first, and again while it is away. */
export class StoredJudgeQueue implements JudgeQueue {
  readonly #parts: JudgeQueueParts;
  readonly #name: string;
  readonly #onStoreError: (error: Error) => void;
  readonly #workers = new Set<Worker>();
  readonly #held: JudgeJob[] = [];
  #queue: Promise<StoredQueue> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: JudgeQueueParts) {
    this.#parts = parts;
    this.#name = judgeQueueName(parts.ledgerId);
    this.#onStoreError = quietly(parts.store, parts.log, parts.clock);
  }

  add(job: JudgeJob): void {
    if (this.#closing || this.#held.length >= MOST_HELD) return this.#parts.onDropped(1);
    this.#held.push(job);
    this.#writeIn(COLLECT_MS);
  }

  async counts(): Promise<JudgeBacklog> {
    if (this.#closing) throw new PointsmanError('shutting_down', 'The job queue is closed');
    return this.#reach((queue) => backlogOf(queue));
  }

  async work(handler: JudgeHandler): Promise<Worker> {
    const stop = new AbortController();
    let worker: Worker | undefined;
    const begin = async (): Promise<void> => {
      const { store, log } = this.#parts;
      // The queue is opened first: it is what makes the tables.
      await this.#reach(async () => undefined);
      const parts = { store, queueName: this.#name, handler, log, onStoreError: this.#onStoreError };
      const begun = await reach(store, () => startJudgeWorker(parts));
      if (stop.signal.aborted) await begun.close();
      else worker = begun;
    };
    const isBegun = (): Promise<boolean> =>
      begin().then(
        () => true,
        (error: Error) => {
          this.#onStoreError(error);
          return false;
        },
      );
    const again = async (): Promise<void> => {
      for (;;) {
        await sleep(RETRY_MS, undefined, { signal: stop.signal, ref: false }).catch(() => {});
        if (stop.signal.aborted || (await isBegun())) return;
      }
    };
    if (!(await isBegun())) void again();
    const closable: Worker = {
      close: async () => {
        stop.abort();
        this.#workers.delete(closable);
        await worker?.close();
      },
    };
    this.#workers.add(closable);
    return closable;
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer);
    await Promise.all([...this.#workers].map((worker) => worker.close()));
    await this.#writing;
    if (this.#held.length > 0) await this.#write().catch(this.#onStoreError);
    if (this.#held.length > 0) this.#parts.onDropped(this.#held.length);
    const queue = await this.#queue?.catch(() => undefined);
    if (queue !== undefined) await within(STORE_TIMEOUT_MS, queue.close()).catch(this.#onStoreError);
    await this.#parts.store.close();
  }

  #writeIn(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#writing ??= this.#write()
        .catch((error: unknown) => {
          this.#parts.log.warn({ error: messageOf(error) }, 'answers to judge could not be queued; they are held');
          if (!this.#closing) this.#writeIn(RETRY_MS);
        })
        .finally(() => (this.#writing = undefined));
    }, ms).unref();
  }

  /** Writes what is held, as far as there is room. What was written before a failure is not written twice. */
  async #write(): Promise<void> {
    const jobs = [...this.#held];
    const { limits = {}, clock } = this.#parts;
    const { mostWaiting = MOST_WAITING, retryMs: delay = JUDGE_RETRY_MS } = limits;
    const options = { ...JUDGE_JOB_OPTIONS, backoff: { type: 'exponential', delay } };
    const written = await this.#reach(async (queue) => {
      const room = Math.max(0, mostWaiting - (await backlogOf(queue)).waiting);
      const timestamp = clock();
      await queue.addBulk(
        jobs.slice(0, room).map((data) => ({
          name: JUDGE_JOB_NAME,
          data,
          opts: { ...options, jobId: idOf(data), timestamp },
        })),
      );
      return Math.min(room, jobs.length);
    });
    this.#held.splice(0, jobs.length);
    if (written < jobs.length) this.#parts.onDropped(jobs.length - written);
    if (this.#held.length > 0 && !this.#closing) this.#writeIn(COLLECT_MS);
  }

  async #reach<T>(work: (queue: StoredQueue) => Promise<T>): Promise<T> {
    const { store } = this.#parts;
    const queue = await (this.#queue ??= this.#open());
    return reach(store, () => work(queue));
  }

  async #open(): Promise<StoredQueue> {
    const { store } = this.#parts;
    let queue: StoredQueue | undefined;
    try {
      return await reach(store, async () => {
        await store.probe();
        queue = new Queue(this.#name, { connection: store.place }, store.backend) as StoredQueue;
        queue.on('error', this.#onStoreError);
        await queue.waitUntilReady();
        return queue;
      });
    } catch (error) {
      this.#queue = undefined;
      queue?.close().catch(this.#onStoreError);
      throw error;
    }
  }
}

/** Of an answer that is judged, and compared for shadows, each is a job of its own. */
const idOf = ({ decision, shadow }: JudgeJob): string => (shadow === null ? decision : `${decision}-${shadow}`);

async function backlogOf(queue: StoredQueue): Promise<JudgeBacklog> {
  const { active = 0, ...waiting } = await queue.getJobCounts('wait', 'delayed', 'prioritized', 'active');
  return { waiting: Object.values(waiting).reduce((sum, count) => sum + count, 0), active };
}
