import { isBusy, isUnfit, messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { FeedbackService } from '../feedback/service.js';
import type { InteractionFeedback, SignalFeedback } from '../schema/feedback.js';
import type { TextSettings } from '../schema/texts.js';
import type { FeedbackRecord } from '../store/ports/feedback.js';
import type { CallRecord } from '../store/ports/calls.js';
import type { Ledger } from '../store/ports/index.js';

/** What a call leaves behind. */
export interface CallOutcome {
  /** Null for what is observed of earlier calls. */
  record: CallRecord | null;
  /** What is learned: of its answer, of those that failed before it, and what was observed of answers. */
  feedback: readonly (InteractionFeedback | SignalFeedback)[];
  /** The same, of what is complete. */
  records: readonly FeedbackRecord[];
  tenant: string | null;
  /** What is kept of its texts. */
  texts: TextSettings;
  /** When texts of `records` are forgotten, in milliseconds since the epoch; null for as the settings say. */
  forgetAt: number | null;
}

/** Keeps what calls leave behind, off their way: many in one transaction. */
export interface CallLog {
  add(outcome: CallOutcome): void;
  /** The record of a call, kept or not yet; undefined where there is none. */
  find(decision: string): Promise<CallRecord | undefined>;
  /** Resolves when all that was added is kept, or given up. */
  drain(): Promise<void>;
}

/** Longest that an outcome waits in memory while the ledger takes writes, in milliseconds. */
const FLUSH_AFTER_MS = 100;
/** Pause before a ledger that refused is tried again, in milliseconds. */
const RETRY_AFTER_MS = 250;
/** Outcomes in one transaction at most: a request of feedback holds 1,000 items. */
const GROUP = 100;
/** Outcomes that wait while the ledger refuses; beyond that, the oldest are given up. */
const MAX_WAITING = 20_000;

export interface CallLogParts {
  ledger: Pick<Ledger, 'calls'>;
  feedback: Pick<FeedbackService, 'post' | 'record'>;
  log: Logger;
}

/** Outcomes whose feedback is posted alike, in order. */
function alike(outcomes: readonly CallOutcome[]): CallOutcome[][] {
  const groups: CallOutcome[][] = [];
  for (const outcome of outcomes) {
    const { tenant, texts } = outcome;
    const group = groups.find(([first]) => first!.tenant === tenant && first!.texts === texts);
    if (group === undefined) groups.push([outcome]);
    else group.push(outcome);
  }
  return groups;
}

export function createCallLog({ ledger, feedback, log }: CallLogParts): CallLog {
  let waiting: CallOutcome[] = [];
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | undefined;
  let refused = false;
  /** Of those that wait, whose feedback and records are stored: they must not be twice. */
  const posted = new WeakSet<CallOutcome>();
  const recorded = new WeakSet<CallOutcome>();

  async function store(outcome: CallOutcome): Promise<void> {
    const { records, tenant, forgetAt } = outcome;
    if (records.length === 0 || recorded.has(outcome)) return;
    try {
      await feedback.record(records, { tenant, forgetAt });
    } catch (error) {
      if (isBusy(error) || isUnfit(error)) throw error;
      log.warn({ error: messageOf(error) }, 'what a call taught was not stored');
    }
    recorded.add(outcome);
  }

  async function post(all: readonly CallOutcome[]): Promise<void> {
    const outcomes = all.filter((outcome) => !posted.has(outcome) && outcome.feedback.length > 0);
    const [first] = outcomes;
    if (first === undefined) return;
    const { tenant, texts } = first;
    try {
      await feedback.post(
        outcomes.flatMap((outcome) => outcome.feedback),
        { lazy: true, texts, ...(tenant !== null && { tenant }) },
      );
      for (const outcome of outcomes) posted.add(outcome);
    } catch (error) {
      if (isBusy(error) || isUnfit(error)) throw error;
      if (outcomes.length > 1) {
        // One must not be lost for another's fault.
        for (const one of outcomes) await post([one]);
        return;
      }
      log.warn({ error: messageOf(error) }, 'what a call taught was not stored');
    }
  }

  /** Keeps the oldest that wait; answers whether the ledger took them. */
  async function keep(): Promise<boolean> {
    const group = waiting.slice(0, GROUP);
    const kept = new Set<CallOutcome>();
    try {
      for (const outcomes of alike(group)) {
        await Promise.all([post(outcomes), ...outcomes.map(store)]);
        await ledger.calls.append(outcomes.flatMap(({ record }) => record ?? []));
        for (const outcome of outcomes) kept.add(outcome);
      }
      refused = false;
      return true;
    } catch (error) {
      if (!refused) log.warn({ error: messageOf(error) }, 'calls are not stored, and will be tried again');
      refused = true;
      return false;
    } finally {
      waiting = waiting.filter((outcome) => !kept.has(outcome));
    }
  }

  async function work(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    // What comes meanwhile waits for the next turn: a transaction for each would take what calls need.
    for (let left = waiting.length; left > 0; left -= GROUP) if (!(await keep())) return schedule(RETRY_AFTER_MS);
    if (waiting.length > 0) schedule(0);
  }

  const inTurn = (): Promise<void> => (working ??= work().finally(() => (working = undefined)));

  function schedule(afterMs: number): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      void inTurn();
    }, afterMs).unref();
  }

  return {
    add(outcome) {
      waiting.push(outcome);
      if (waiting.length > MAX_WAITING) {
        const given = waiting.splice(0, waiting.length - MAX_WAITING).length;
        log.error({ given }, 'calls were given up, as the ledger could not be written for too long');
      }
      schedule(FLUSH_AFTER_MS);
    },
    find: async (decision) =>
      waiting.find(({ record }) => record?.decision === decision)?.record ??
      (await ledger.calls.get([decision])).get(decision),
    async drain() {
      await inTurn();
      if (waiting.length > 0) await inTurn();
    },
  };
}
