import type { Clock } from '../base/clock.js';
import { isBusy, isUnfit, messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { createPace } from '../base/pace.js';
import type { Follower } from '../live/follower.js';
import type { Ledger } from '../store/ports/index.js';
import { UNKNOWN_TASK, type Alert } from '../schema/drift.js';
import type { Signal } from '../schema/feedback.js';
import { isOneSided } from '../schema/signals.js';
import type { FeedbackRecord } from '../store/ports/feedback.js';
import type { GroupShare } from '../machines/correction.js';
import { expectedOf } from '../scoring/expected.js';
import { groupsOf } from '../scoring/groups.js';
import type { ScoredLlm, ScorerHolder, Scorer } from '../scoring/types.js';
import type { DriftObservation } from '../machines/drift-stream.js';

/** Most interactions that wait; beyond that, the oldest are passed over. */
const MAX_WAITING = 10_000;
/** Most answers that are remembered as judged. */
const MAX_JUDGED = 10_000;
/** How often those that wait are observed, in milliseconds, and most of them in one transaction. */
const EVERY_MS = 250;
const TRANSACTION_SIZE = 100;
/**
 * Longest that other work waits for its turn, in milliseconds, and its share of the time: routing goes first.
 */
const TURN_MS = 4;
const OTHERS_SHARE = 0.85;
/** Signals of less weight are no measure of a change. */
const LEAST_WEIGHT = 0.5;

/** Whether a signal measures how good answers are: not one that comes of some answers and not of others. */
const isMeasure = ({ signal, weight = 1 }: Pick<Signal, 'signal' | 'weight'>): boolean =>
  weight >= LEAST_WEIGHT && !isOneSided(signal);
/** A shorter latency counts as this one, in milliseconds: its logarithm is taken. */
const LEAST_LATENCY_MS = 0.1;

const logOf = (milliseconds: number): number => Math.log(Math.max(LEAST_LATENCY_MS, milliseconds));

export interface DriftFeedParts {
  ledger: Pick<Ledger, 'alerts' | 'settings'>;
  live: { scorer: ScorerHolder; follower: Pick<Follower, 'catchUp'> };
  clock: Clock;
  log: Logger;
}

/** Observes interactions and signals for drift, after they were acknowledged and in a small share of the time. */
export interface DriftFeed {
  add(records: readonly FeedbackRecord[]): void;
  /** Observes all that waits, at once. */
  drain(): Promise<void>;
}

/** What was posted of an answer: all of it, or a signal. */
type Posted = Exclude<FeedbackRecord, { kind: 'preference' }>;

/** What an answer is of, the likeliest where it says no task, and what was expected of its answer. */
interface Known {
  task: string;
  by: Alert['by'];
  expected: ScoredLlm | undefined;
}

function likeliest(shares: readonly GroupShare[]): string {
  let best: GroupShare | undefined;
  for (const share of shares) if (best === undefined || share.probability > best.probability) best = share;
  return best?.group ?? UNKNOWN_TASK;
}

export function createDriftFeed({ ledger, live, clock, log }: DriftFeedParts): DriftFeed {
  let waiting: Posted[] = [];
  /** Answers, by decision and LLM, whose first score or error was observed: a signal of one says nothing new. */
  const judged = new Set<string>();
  let passedOver = 0;
  let timer: NodeJS.Timeout | undefined;
  /** At a stop no other work waits for its turn. */
  let hurried = false;
  let working: Promise<void> = Promise.resolve();

  /**
   * What the version in force expects by itself: a decision may have been corrected by what was observed since, which
   * would hide a change.
   */
  async function knownOf(posted: Posted['value'], scorer: Scorer): Promise<Known> {
    const { task, model, query } = posted;
    // Before anything is trained, predictions are running means of what is observed: they can't be its measure.
    if (scorer.version === null || query === undefined)
      return { task: task ?? UNKNOWN_TASK, by: 'task', expected: undefined };
    const { vector, expected } = await expectedOf(scorer, { query, task, model });
    if (task !== undefined) return { task, by: 'task', expected };
    const { by, shares } = groupsOf(scorer, vector);
    return { task: likeliest(shares), by: shares.length === 0 ? 'task' : by, expected };
  }

  /** Whether an answer was judged before; it is now, where it has a score or failed. */
  function judgedBefore({ kind, value }: Posted): boolean {
    if (value.decision_id === undefined || (kind === 'interaction' && (value.score ?? value.error) === undefined))
      return false;
    const answer = `${value.decision_id} ${value.model}`;
    if (judged.has(answer)) return true;
    if (judged.size === MAX_JUDGED) judged.delete(judged.values().next().value!);
    judged.add(answer);
    return false;
  }

  /**
   * An answer that failed counts for the error rate alone: its score, mostly 0, says nothing of the other answers, and
   * would count the same failure twice.
   */
  async function observationsOf(record: Posted, oldest: number, now: number): Promise<DriftObservation[]> {
    const { kind, value: posted } = record;
    if (kind === 'signal' && !isMeasure(posted)) return [];
    if (judgedBefore(record) && kind === 'signal') return [];
    const at = Math.min(now, posted.at === undefined ? now : Date.parse(posted.at));
    if (at < oldest) return [];
    const scorer = live.scorer.current();
    const { task, by, expected } = await knownOf(posted, scorer);
    const about = { model: posted.model as string, task, by, version: scorer.version, at };
    const scoreOf = (value: number): DriftObservation => ({
      ...about,
      signal: 'score',
      value,
      predicted: expected?.quality ?? null,
    });
    // Beside what a version predicted, a value by itself would look like a change.
    const isPredicted = scorer.version === null || posted.query !== undefined;
    if (kind === 'signal') return isPredicted ? [scoreOf(posted.value)] : [];
    const failed = posted.error !== undefined;
    const observations: DriftObservation[] = [{ ...about, signal: 'error', value: Number(failed), predicted: null }];
    if (failed || !isPredicted) return observations;
    if (posted.score !== undefined) observations.push(scoreOf(posted.score));
    const { latency_ms: took } = posted;
    const usual = expected?.latencyMs ?? null;
    if (took !== undefined)
      observations.push({
        ...about,
        signal: 'latency',
        value: logOf(took),
        predicted: usual === null ? null : logOf(usual),
      });
    return observations;
  }

  async function observe(records: readonly Posted[]): Promise<void> {
    const { enabled, max_age_ms: maxAge } = await ledger.settings.get('drift');
    if (!enabled) return;
    const now = clock();
    const observations: DriftObservation[] = [];
    const pace = createPace({ turnMs: TURN_MS, othersShare: OTHERS_SHARE, hurried: () => hurried });
    for (const record of records) {
      observations.push(...(await observationsOf(record, now - maxAge, now)));
      await pace.turn();
    }
    if (observations.length > 0 && (await ledger.alerts.observe(observations)).length > 0)
      await live.follower.catchUp(['alerts']);
    await pace.rest();
  }

  /** Observes all that waits now; what the ledger is too busy for waits on, but at a stop. */
  async function work(): Promise<void> {
    const due = waiting;
    waiting = [];
    if (passedOver > 0)
      log.warn({ passedOver }, 'drift: interactions were passed over, as more came than can be observed');
    passedOver = 0;
    while (due.length > 0) {
      const some = due.splice(0, TRANSACTION_SIZE);
      try {
        await observe(some);
      } catch (error) {
        if ((isBusy(error) || isUnfit(error)) && !hurried) {
          waiting.unshift(...some, ...due);
          return;
        }
        log.warn({ error: messageOf(error), interactions: some.length }, 'drift: interactions were not observed');
      }
    }
  }

  function schedule(): void {
    timer ??= setTimeout(() => {
      working = work().finally(() => {
        timer = undefined;
        if (waiting.length > 0) schedule();
      });
    }, EVERY_MS).unref();
  }

  return {
    add(records) {
      for (const record of records) if (record.kind !== 'preference') waiting.push(record);
      if (waiting.length > MAX_WAITING) passedOver += waiting.splice(0, waiting.length - MAX_WAITING).length;
      schedule();
    },
    async drain() {
      hurried = true;
      clearTimeout(timer);
      await working;
      clearTimeout(timer);
      await work();
      hurried = false;
      timer = undefined;
    },
  };
}
