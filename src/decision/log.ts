import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf } from '../base/errors.js';
import { every } from '../base/every.js';
import { sha256 } from '../base/hash.js';
import type { Logger } from '../base/log.js';
import type { Redact } from '../base/redact.js';
import { keepVectors } from '../dataset/keep-vectors.js';
import type { Encoder } from '../encoder/types.js';
import type { DecisionRecord, DecisionStore, KeptDecision } from '../store/ports/decisions.js';
import type { EmbeddingStore } from '../store/ports/embeddings.js';
import type { RankedLlm } from '../schema/route.js';
import { createDaySums } from '../machines/day-sums.js';

/** Longest a decision waits in memory while the ledger takes writes, in milliseconds. */
const FLUSH_AFTER_MS = 250;
/** Decisions at which they are written without waiting; and in one transaction at most. */
const FLUSH_AT = 1_000;
const TRANSACTION_SIZE = 1_000;
/** Pause before a ledger that refused is tried again, in milliseconds: it may refuse for as long as an import runs. */
const RETRY_AFTER_MS = 250;
/** Decisions kept while the ledger refuses, of some two kilobytes each; beyond that, the oldest are given up. */
const MAX_BUFFERED = 20_000;

/** Logs decisions off the request's path: one transaction for many, and a look-up that sees them at once. */
export interface DecisionLog {
  /** @param hashed the text of a query of which only the hash is kept: a vector of it is kept, too */
  add(record: DecisionRecord, ranking: readonly RankedLlm[], hashed?: string): void;
  /** Decisions by id, written or not yet; unknown ones are absent from the map. */
  get(ids: readonly string[]): Promise<Map<string, KeptDecision>>;
  /**
   * Writes all that is buffered. Where the ledger refuses, it stays buffered and is tried again; answers whether all is
   * written.
   */
  flush(): Promise<boolean>;
  /** Removes what is too old or too much, now and every so often, until the returned function is called. */
  follow(everyMs: number): () => void;
}

export interface TextParts {
  /** Where vectors are kept of texts of which only the hash is, and what makes them; none are kept unless given. */
  vectors?: { embeddings: EmbeddingStore; encoder: Encoder } | undefined;
  /** What texts go through before they are stored. */
  redact?: Redact | undefined;
}

/** What a hook leaves of the text of a decision; where that is nothing, the hash of it is kept. */
async function redacted(record: DecisionRecord, redact: Redact): Promise<DecisionRecord> {
  if (record.query === null) return record;
  const query = await redact(record.query);
  return query === null ? { ...record, query, queryHash: sha256(record.query) } : { ...record, query };
}

export function createDecisionLog(
  ledger: DecisionStore,
  log: Logger,
  { vectors, redact }: TextParts = {},
): DecisionLog {
  /** In order of arrival. */
  const buffer = new Map<string, DecisionRecord>();
  const sums = createDaySums();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<boolean> | undefined;
  let refused = false;
  let dropped = 0;
  /** Texts of queries of which only the hash is kept, by the ids of decisions that are not written yet. */
  const hashed = new Map<string, string>();
  /** Records that went through the hook: where the ledger refuses, they need not again. */
  const clean = new WeakSet<DecisionRecord>();
  let encoding: Promise<void> = Promise.resolve();

  function dropOldest(): void {
    for (const id of buffer.keys()) {
      if (buffer.size <= MAX_BUFFERED) return;
      buffer.delete(id);
      hashed.delete(id);
      dropped++;
    }
  }

  /** The oldest that are buffered. */
  function oldest(): DecisionRecord[] {
    const records: DecisionRecord[] = [];
    for (const record of buffer.values()) if (records.push(record) === TRANSACTION_SIZE) break;
    return records;
  }

  /** A record as it may be stored. */
  async function cleaned(record: DecisionRecord, hook: Redact): Promise<DecisionRecord> {
    if (clean.has(record)) return record;
    const stored = await redacted(record, hook);
    clean.add(stored);
    if (buffer.has(record.id)) buffer.set(record.id, stored);
    return stored;
  }

  /** Keeps vectors of the texts of decisions that were written by their hashes. */
  async function keepVectorsOf(ids: readonly string[]): Promise<void> {
    const texts = ids.flatMap((id) => {
      const text = hashed.get(id);
      hashed.delete(id);
      return text === undefined ? [] : [{ hash: sha256(text), text }];
    });
    if (texts.length === 0 || vectors === undefined) return;
    try {
      await keepVectors(texts, vectors);
    } catch (error) {
      log.warn({ error: messageOf(error), texts: texts.length }, 'no vectors are kept of queries without their texts');
    }
  }

  /** Writes the oldest that are buffered; answers whether the ledger took them. */
  async function writeNow(): Promise<boolean> {
    const due = oldest();
    const records = redact === undefined ? due : await Promise.all(due.map((record) => cleaned(record, redact)));
    const taken = sums.take();
    try {
      await ledger.append(records, taken);
    } catch (error) {
      sums.giveBack(taken);
      if (!refused)
        log.warn({ error: messageOf(error), waiting: buffer.size }, 'decisions not written, will be tried again');
      refused = true;
      dropOldest();
      return false;
    }
    for (const { id } of records) buffer.delete(id);
    const ids = records.map(({ id }) => id);
    // A slow encoder must not hold up decisions that wait.
    if (hashed.size > 0) encoding = encoding.then(() => keepVectorsOf(ids));
    if (dropped > 0) log.error({ dropped }, 'decisions were given up, as the ledger could not be written for too long');
    refused = false;
    dropped = 0;
    return true;
  }

  /** One write at a time: whoever comes during one waits for its end. */
  const writeOldest = (): Promise<boolean> => (writing ??= writeNow().finally(() => (writing = undefined)));

  function schedule(afterMs: number): void {
    timer ??= setTimeout(() => void writeInTurn(), afterMs).unref();
  }

  /** One transaction, then other work gets its turn. */
  async function writeInTurn(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (buffer.size === 0) return;
    if (!(await writeOldest())) schedule(RETRY_AFTER_MS);
    else if (buffer.size > 0) schedule(0);
  }

  return {
    add(record, ranking, text) {
      sums.add(record.at, ranking, record.model);
      if (text !== undefined && vectors !== undefined) hashed.set(record.id, text);
      buffer.set(record.id, record);
      if (refused || buffer.size > MAX_BUFFERED) dropOldest();
      else if (buffer.size % FLUSH_AT === 0) void writeInTurn();
      else schedule(FLUSH_AFTER_MS);
    },
    async get(ids) {
      const waiting = ids.flatMap((id) => buffer.get(id) ?? []);
      const written = ids.filter((id) => !buffer.has(id));
      const found = written.length === 0 ? new Map<string, KeptDecision>() : await ledger.get(written);
      for (const record of waiting) {
        const { forgetAt: _, unit: _unit, apart: _apart, queryHash = sha256(record.query ?? ''), ...kept } = record;
        const { tenant = null, experiment = null, arm = null } = kept;
        found.set(record.id, { ...kept, tenant, experiment, arm, queryHash });
      }
      return found;
    },
    async flush() {
      while (buffer.size > 0 && (await writeOldest()));
      if (buffer.size > 0) schedule(RETRY_AFTER_MS);
      await encoding;
      return buffer.size === 0;
    },
    follow: (everyMs) =>
      every(
        everyMs,
        async () => {
          while (await ledger.prune()) await nextTurn();
        },
        (error) => log.warn({ error: messageOf(error) }, 'old decisions not removed, will be tried again'),
      ),
  };
}
