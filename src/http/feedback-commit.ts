import type { FeedbackBatch, Ledger } from '../ledger/types.js';
import type { FeedbackReceipt } from '../schema/feedback.js';

/** Records written in one transaction at most, so that a flood of large batches does not hold up routing. */
const MAX_GROUP_RECORDS = 2_000;

/** Writes the feedback of many requests in one transaction. */
export interface FeedbackCommitter {
  /** Resolves once the batch is durable; rejects with what the ledger has against it. */
  commit(batch: FeedbackBatch): Promise<FeedbackReceipt>;
  /** Resolves when nothing waits any more. */
  drain(): Promise<void>;
}

interface Waiting {
  batch: FeedbackBatch;
  resolve(receipt: FeedbackReceipt): void;
  reject(error: unknown): void;
}

/**
 * Group commit: what arrives while the event loop reads its sockets is written together right after, so that
 * one flush to disk serves all of it and nobody waits longer for it.
 */
export function createFeedbackCommitter(ledger: Pick<Ledger, 'appendFeedback'>): FeedbackCommitter {
  const waiting: Waiting[] = [];
  let scheduled = false;
  const drained: (() => void)[] = [];

  function takeGroup(): Waiting[] {
    let records = 0;
    let size = 0;
    while (size < waiting.length && (size === 0 || records + (waiting[size] as Waiting).batch.records.length <= MAX_GROUP_RECORDS))
      records += (waiting[size++] as Waiting).batch.records.length;
    return waiting.splice(0, size);
  }

  function write(group: readonly Waiting[]): void {
    let results: (FeedbackReceipt | Error)[];
    try {
      results = ledger.appendFeedback(group.map((one) => one.batch));
    } catch (error) {
      // Nothing of the group was written. One request must not fail for another's fault, so each is tried alone.
      if (group.length === 1) (group[0] as Waiting).reject(error);
      else for (const one of group) write([one]);
      return;
    }
    group.forEach((one, i) => {
      const result = results[i] as FeedbackReceipt | Error;
      if (result instanceof Error) one.reject(result);
      else one.resolve(result);
    });
  }

  function writeNext(): void {
    write(takeGroup());
    scheduled = waiting.length > 0;
    if (scheduled) setImmediate(writeNext);
    else for (const done of drained.splice(0)) done();
  }

  return {
    commit: (batch) =>
      new Promise((resolve, reject) => {
        waiting.push({ batch, resolve, reject });
        if (scheduled) return;
        scheduled = true;
        setImmediate(writeNext);
      }),
    drain: () => new Promise((resolve) => (scheduled ? drained.push(resolve) : resolve())),
  };
}
