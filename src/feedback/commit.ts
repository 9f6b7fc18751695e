import { isBusy, isUnfit } from '../base/errors.js';
import type { FeedbackBatch, FeedbackStore, StoredBatch } from '../store/ports/feedback.js';

/** Records written in one transaction at most, so that a flood of large batches does not hold up routing. */
const MAX_GROUP_RECORDS = 2_000;
/** Pause before a ledger that another process writes to is tried again, in milliseconds. */
const BUSY_PAUSE_MS = 100;
/** Longest that feedback waits for such a ledger, in milliseconds; then it fails as `ledger_busy`. */
const BUSY_LIMIT_MS = 10_000;

/** Writes the feedback of many requests in one transaction. */
export interface FeedbackCommitter {
  /** Resolves once the batch is durable; rejects with the ledger's error. */
  commit(batch: FeedbackBatch): Promise<StoredBatch>;
  /** Resolves when no batch waits any more. */
  drain(): Promise<void>;
}

export interface CommitterOptions {
  /** Called after each transaction, before those who wait for it are answered. Never rejects. */
  onCommitted?: (stored: readonly (StoredBatch | Error)[]) => Promise<void>;
  /** Longest wait for a busy ledger, in milliseconds; 10 seconds unless given. */
  busyLimitMs?: number | undefined;
}

interface Waiting {
  batch: FeedbackBatch;
  /** When it fails if the ledger is still busy, on the clock of `performance.now()`. */
  deadline: number;
  resolve(stored: StoredBatch): void;
  reject(error: unknown): void;
}

/** How many from the beginning of `waiting` go into one transaction; at least one. */
function groupSize(waiting: readonly Waiting[]): number {
  let records = 0;
  let size = 0;
  for (const { batch } of waiting) {
    records += batch.records.length;
    if (size > 0 && records > MAX_GROUP_RECORDS) break;
    size++;
  }
  return size;
}

/**
 * Group commit: batches that arrive while the event loop reads its sockets are written together right after, so that
 * one flush to disk serves all of them. While another process writes (an import may for seconds), feedback waits here
 * rather than in the ledger, where waiting would hold up routing.
 */
export function createFeedbackCommitter(
  ledger: Pick<FeedbackStore, 'append'>,
  { onCommitted = async () => undefined, busyLimitMs = BUSY_LIMIT_MS }: CommitterOptions = {},
): FeedbackCommitter {
  const waiting: Waiting[] = [];
  const drained: (() => void)[] = [];
  let scheduled = false;

  /** Writes a group; answers those of it that the ledger was too busy for. */
  async function write(group: readonly Waiting[]): Promise<Waiting[]> {
    let results: (StoredBatch | Error)[];
    try {
      results = await ledger.append(
        group.map((one) => one.batch),
        { unknown: 'as_set' },
      );
    } catch (error) {
      return refused(group, error);
    }
    await onCommitted(results);
    group.forEach((one, i) => {
      const result = results[i]!;
      if (result instanceof Error) one.reject(result);
      else one.resolve(result);
    });
    return [];
  }

  /** Nothing of the group was written. */
  async function refused(group: readonly Waiting[], error: unknown): Promise<Waiting[]> {
    if (isBusy(error)) {
      const now = performance.now();
      for (const one of group) if (one.deadline <= now) one.reject(error);
      return group.filter((one) => one.deadline > now);
    }
    // Where the ledger takes nothing, trying each alone would only take longer.
    if (group.length === 1 || isUnfit(error)) {
      for (const one of group) one.reject(error);
      return [];
    }
    // One request must not fail for another's fault, so each is tried alone.
    const busy: Waiting[] = [];
    for (const one of group) busy.push(...(await write([one])));
    return busy;
  }

  async function writeNext(): Promise<void> {
    const busy = await write(waiting.splice(0, groupSize(waiting)));
    waiting.unshift(...busy);
    scheduled = waiting.length > 0;
    if (busy.length > 0) setTimeout(() => void writeNext(), BUSY_PAUSE_MS);
    else if (scheduled) setImmediate(() => void writeNext());
    else for (const done of drained.splice(0)) done();
  }

  return {
    commit: (batch) =>
      new Promise((resolve, reject) => {
        waiting.push({ batch, deadline: performance.now() + busyLimitMs, resolve, reject });
        if (scheduled) return;
        scheduled = true;
        setImmediate(() => void writeNext());
      }),
    drain: () => new Promise((resolve) => (scheduled ? drained.push(resolve) : resolve())),
  };
}
