import { systemClock, type Clock } from '../base/clock.js';
import { PointsmanError } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { dataPaths } from '../base/paths.js';
import { ConnectingQueue } from './connecting-queue.js';
import { StoredJudgeQueue, type JudgeQueueLimits } from './judge-queue.js';
import { reach } from './reach.js';
import { StoredRetrainQueue } from './retrain-queue.js';
import { sharedStore } from './shared-store.js';
import { embeddedStore } from './store/embedded.js';
import { postgresStore } from './store/postgres.js';
import { redisStore } from './store/redis.js';
import type { Store } from './store/types.js';
import type { JudgeQueue, RetrainQueue } from './types.js';

export interface QueueOptions {
  /** `redis://`, `rediss://`, `postgres://` or `postgresql://`; unset for the embedded store. */
  url?: string | undefined;
  /** The data folder, of which the embedded store takes `queue/`. */
  dataDir: string;
  /** Id of the ledger whose jobs these are: services of other ledgers may share the store. */
  ledgerId: string;
  log: Logger;
  clock?: Clock;
}

/**
 * Opens the retraining queue. Throws `invalid_config` for a URL of another kind, and `queue_unavailable` when the
 * store can't be reached or, embedded, is held by another process.
 */
export async function openQueue({
  url,
  dataDir,
  ledgerId,
  log,
  clock = systemClock,
}: QueueOptions): Promise<RetrainQueue> {
  const store = url ? storeAt(url) : await embeddedStore(dataPaths(dataDir).queue);
  try {
    return await StoredRetrainQueue.open({ store, ledgerId, log, clock });
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * Opens the retraining queue, or one that connects as soon as its server can be reached. Throws as {@link openQueue}
 * does, but for a server that is away.
 */
export async function connectQueue(options: QueueOptions): Promise<RetrainQueue> {
  if (!options.url) return openQueue(options);
  const { name } = storeAt(options.url);
  return ConnectingQueue.open({ store: name, log: options.log, connect: () => openQueue(options) });
}

export interface QueuesOptions extends QueueOptions {
  /** Told how many answers were dropped that were to be judged. */
  onDropped: (count: number) => void;
  limits?: JudgeQueueLimits;
}

/** Asks the server of a queue, without making a queue there. Throws `invalid_config`, `queue_unavailable`. */
export async function probeQueue(url: string): Promise<{ store: string; place: string }> {
  const store = storeAt(url);
  const { name, place } = store;
  try {
    await reach(store, () => store.probe());
    return { store: name, place };
  } finally {
    await store.close();
  }
}

/** The queues of a service. */
export interface Queues {
  retrain: RetrainQueue;
  judge: JudgeQueue;
  close(): Promise<void>;
}

/** Opens both queues, which share the embedded store; on a server, each has connections of its own. */
export async function connectQueues({ onDropped, limits, ...options }: QueuesOptions): Promise<Queues> {
  const { url, dataDir, ledgerId, log, clock = systemClock } = options;
  const judging = (store: Store) => new StoredJudgeQueue({ store, ledgerId, log, clock, onDropped, limits });
  if (url) return both(await connectQueue(options), judging(storeAt(url)));
  const embedded = await embeddedStore(dataPaths(dataDir).queue);
  try {
    const store = sharedStore(embedded, 2);
    return both(await StoredRetrainQueue.open({ store, ledgerId, log, clock }), judging(store));
  } catch (error) {
    await embedded.close();
    throw error;
  }
}

function both(retrain: RetrainQueue, judge: JudgeQueue): Queues {
  return {
    retrain,
    judge,
    async close() {
      await judge.close();
      await retrain.close();
    },
  };
}

function storeAt(text: string): Store {
  const url = text.includes('://') && URL.canParse(text) ? new URL(text) : undefined;
  switch (url?.protocol) {
    case 'redis:':
    case 'rediss:':
      return redisStore(url);
    case 'postgres:':
    case 'postgresql:':
      return postgresStore(url);
    default: {
      // The URL itself may hold a password.
      const issue = {
        field: 'POINTSMAN_QUEUE',
        expected: 'redis://, rediss://, postgres:// or postgresql:// and a host',
        received: url ? `${url.protocol}//` : 'no URL',
      };
      throw new PointsmanError('invalid_config', `POINTSMAN_QUEUE: expected ${issue.expected}, got ${issue.received}`, {
        issues: [issue],
      });
    }
  }
}
