import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { DecisionRecord, Ledger } from '../ledger/types.js';

/** Longest a decision waits in memory, in milliseconds. */
const FLUSH_AFTER_MS = 50;
/** Decisions written in one transaction at most. */
const FLUSH_AT = 256;
/** Decisions kept while the ledger can't be written; beyond that, the oldest are given up. */
const MAX_BUFFERED = 10_000;

/** Logs decisions off the request's path: one transaction for many, and a look-up that sees them at once. */
export interface DecisionLog {
  add(record: DecisionRecord): void;
  /** A decision by id, written or not yet. */
  get(id: string): DecisionRecord | undefined;
  /** Writes what is buffered. Where the ledger refuses, it stays buffered and is tried again; answers whether all is written. */
  flush(): boolean;
}

export function createDecisionLog(ledger: Pick<Ledger, 'appendDecisions' | 'getDecision'>, log: Logger): DecisionLog {
  /** In order of arrival. */
  const buffer = new Map<string, DecisionRecord>();
  let timer: NodeJS.Timeout | undefined;
  /** Next size at which to write without waiting; moves up while the ledger refuses. */
  let flushAt = FLUSH_AT;

  function dropOldest(): void {
    let dropped = 0;
    for (const id of buffer.keys()) {
      if (buffer.size <= MAX_BUFFERED) break;
      buffer.delete(id);
      dropped++;
    }
    if (dropped > 0) log.error({ dropped }, 'decisions given up, as the ledger could not be written for too long');
  }

  function flush(): boolean {
    clearTimeout(timer);
    timer = undefined;
    if (buffer.size === 0) return true;
    try {
      ledger.appendDecisions([...buffer.values()]);
    } catch (error) {
      log.warn({ error: messageOf(error), waiting: buffer.size }, 'decisions not written, will try again');
      dropOldest();
      flushAt = buffer.size + FLUSH_AT;
      schedule();
      return false;
    }
    buffer.clear();
    flushAt = FLUSH_AT;
    return true;
  }

  function schedule(): void {
    timer ??= setTimeout(flush, FLUSH_AFTER_MS).unref();
  }

  return {
    add(record) {
      buffer.set(record.id, record);
      if (buffer.size >= flushAt) flush();
      else schedule();
    },
    get: (id) => buffer.get(id) ?? ledger.getDecision(id),
    flush,
  };
}
