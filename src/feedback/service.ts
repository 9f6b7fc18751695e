import type { Clock } from '../base/clock.js';
import { sha256 } from '../base/hash.js';
import type { Logger } from '../base/log.js';
import type { Redact } from '../base/redact.js';
import type { Decider } from '../decision/decider.js';
import type { Encoder } from '../encoder/types.js';
import type { LiveState } from '../live/state.js';
import type { FeedbackReceipt } from '../schema/feedback.js';
import type { CallReport } from '../schema/health.js';
import { DEFAULT_TEXTS, type TextSettings } from '../schema/texts.js';
import type { CallRecord } from '../store/ports/calls.js';
import type { KeptDecision } from '../store/ports/decisions.js';
import type { FeedbackRecord } from '../store/ports/feedback.js';
import type { Ledger } from '../store/ports/index.js';
import { createFeedbackCommitter } from './commit.js';
import { createDriftFeed } from './drift-feed.js';
import { completed } from './complete.js';
import { decisionIdsOf, parseFeedback } from './records.js';
import { createTextKeeping } from './texts.js';

export interface FeedbackParts {
  ledger: Pick<Ledger, 'feedback' | 'calls' | 'breakers' | 'alerts' | 'settings' | 'embeddings'>;
  live: LiveState;
  decider: Pick<Decider, 'lookup' | 'flush'>;
  clock: Clock;
  log: Logger;
  /** Keeps vectors of texts of which only the hash is stored; none are unless given. */
  encoder?: Encoder | undefined;
  /** What texts go through before they are stored. */
  redact?: Redact | undefined;
  /** Longest that feedback waits for a ledger that others write to, in milliseconds; 10 seconds unless given. */
  busyLimitMs?: number | undefined;
}

export interface PostOptions {
  /** 1 to 200 visible ASCII characters: the same key with the same feedback stores it once. */
  idempotencyKey?: string | undefined;
  /** Who posts it; its keys are apart from those of others. */
  tenant?: string | undefined;
  /** Nobody is told that it is stored: see {@link FeedbackBatch}. */
  lazy?: boolean | undefined;
  /** What is kept of its texts; all, unless given. */
  texts?: TextSettings | undefined;
}

export interface RecordOptions {
  tenant: string | null;
  /** When their texts are forgotten, in milliseconds since the epoch; null for as the settings of retention say. */
  forgetAt: number | null;
}

/** The one way in for feedback and for reports of calls, whoever observed them. */
export interface FeedbackService {
  /**
   * Stores feedback: one interaction, preference, signal or opinion, or an array of them, all or nothing, durably. It
   * need not repeat what the decision that it names has. Live state has caught up once this resolves; drift is looked
   * for afterwards.
   *
   * Throws `invalid_request` naming each wrong field, `decision_not_found`, `idempotency_key_reused`, `ledger_busy`,
   * and `unknown_model` or `catalog_full` where the catalogue's settings refuse an LLM that nobody declared.
   */
  post(feedback: unknown, options?: PostOptions): Promise<FeedbackReceipt>;
  /**
   * Stores records that are complete, whose texts may be kept whole and need no redaction: as {@link post} does, but
   * without looking anything up. Nobody is told that they are stored.
   */
  record(records: readonly FeedbackRecord[], options: RecordOptions): Promise<void>;
  /** Counts how calls of LLMs went, all or none; live state has caught up. Throws `unknown_model`, `ledger_busy`. */
  report(calls: readonly CallReport[]): Promise<void>;
  /** Resolves when all feedback that was posted is durable and observed for drift. */
  drain(): Promise<void>;
}

/** New LLMs are all candidates, or none of them is. */
const bringsCandidates = ({ new_models: added, undeclared }: FeedbackReceipt): boolean =>
  added.length > 0 && undeclared === undefined;

/** Drift is watched for of candidates alone. */
function ofCandidates(records: readonly FeedbackRecord[], { undeclared }: FeedbackReceipt): readonly FeedbackRecord[] {
  if (undeclared === undefined) return records;
  const others = new Set<string>(undeclared);
  return records.filter(({ kind, value }) => kind === 'preference' || !others.has(value.model));
}

/** Fields that hold texts. */
const TEXTS: ReadonlySet<string> = new Set(['query', 'comment', 'corrected', 'error']);

/** A request as repeats of it are known by: without texts where not even a hash of them may be kept. */
const requestOf = (feedback: unknown, { store }: TextSettings): string =>
  JSON.stringify(
    feedback,
    store === 'none' ? (key, value: unknown) => (TEXTS.has(key) ? undefined : value) : undefined,
  );

const NO_DECISIONS: ReadonlyMap<string, KeptDecision> = new Map();
const NO_CALLS: ReadonlyMap<string, CallRecord> = new Map();

export function createFeedbackService({
  ledger,
  live,
  decider,
  clock,
  log,
  encoder,
  redact,
  busyLimitMs,
}: FeedbackParts): FeedbackService {
  const committer = createFeedbackCommitter(ledger.feedback, {
    onCommitted(stored) {
      const registers = stored.some((one) => !(one instanceof Error) && bringsCandidates(one.receipt));
      return live.follower.catchUp(registers ? ['breakers', 'catalog'] : ['breakers']);
    },
    busyLimitMs,
  });
  const keepTexts = createTextKeeping({ ledger, clock, log, encoder, redact });
  const drift = createDriftFeed({ ledger, live, clock, log });
  return {
    async post(feedback, { idempotencyKey: key, tenant, lazy = false, texts = DEFAULT_TEXTS } = {}) {
      const items = parseFeedback(feedback, clock());
      // A retry after a crash must find the decision that the first request found.
      if (key !== undefined) await decider.flush();
      const named = decisionIdsOf(items);
      const [decisions, calls, signals] = await Promise.all([
        named.length === 0 ? NO_DECISIONS : decider.lookup(named),
        named.length === 0 ? NO_CALLS : ledger.calls.get(named),
        ledger.settings.get('signals'),
      ]);
      const whole = completed(items, { decisions, calls, signals }, clock());
      const batch = {
        ...(await keepTexts(whole, texts)),
        ...(key !== undefined && { key, requestHash: sha256(requestOf(feedback, texts)) }),
        ...(tenant !== undefined && { tenant }),
        ...(lazy && { lazy }),
      };
      const { receipt, stored } = await committer.commit(batch);
      // Of what was said, not of what is stored of it: nothing of a text is left of this.
      if (stored) drift.add(ofCandidates(whole.records, receipt));
      for (const id of named) live.load.release(id);
      return receipt;
    },
    async record(records, { tenant, forgetAt }) {
      const { receipt } = await committer.commit({
        records,
        lazy: true,
        ...(tenant !== null && { tenant }),
        ...(forgetAt !== null && { forgetAt }),
      });
      drift.add(ofCandidates(records, receipt));
      for (const { value } of records) if (value.decision_id !== undefined) live.load.release(value.decision_id);
    },
    async report(calls) {
      await ledger.breakers.report(calls);
      await live.follower.catchUp(['breakers']);
      for (const { decision_id: decision } of calls) if (decision !== undefined) live.load.release(decision);
    },
    async drain() {
      await committer.drain();
      await drift.drain();
    },
  };
}
