import { PointsmanError } from '../base/errors.js';
import type { SignalSettings } from '../schema/signals.js';
import type { CallRecord } from '../store/ports/calls.js';
import type { KeptDecision } from '../store/ports/decisions.js';
import type {
  Comment,
  FeedbackRecord,
  OfQuery,
  RecordedInteraction,
  RecordedPreference,
  RecordedSignal,
} from '../store/ports/feedback.js';
import { commentsOf, isScoreAlone, signalsOf } from './opinions.js';
import type { Feedback } from './records.js';

/** What is known of the answers that feedback names. */
export interface Known {
  decisions: ReadonlyMap<string, KeptDecision>;
  /** Those of decisions whose call Pointsman made. */
  calls: ReadonlyMap<string, CallRecord>;
  signals: SignalSettings;
}

/** Feedback with all that it leaves out. */
export interface Completed {
  records: FeedbackRecord[];
  comments: (Comment & { decision: string; of: OfQuery })[];
}

function notFound(decision: string | undefined): PointsmanError {
  const received = JSON.stringify(decision);
  return new PointsmanError(
    'decision_not_found',
    `decision_id: expected a known decision, or query and model with it, got ${received}`,
    { issues: [{ field: 'decision_id', expected: 'a known decision', received }] },
  );
}

/** The decision says what the query was, whatever is repeated with it; where its text is gone, its hash does. */
function queryOf({ query }: { query?: string | undefined }, decision: KeptDecision | undefined): OfQuery {
  const text = decision?.query ?? query;
  return text === undefined ? { queryHash: decision!.queryHash } : { query: text };
}

/**
 * Feedback whole: what it leaves out comes from the decision it names, the LLM from the call that was
 * made by it, and `at` from `now`. Feedback may come before its decision: where it has query and LLM itself, it may
 * name one that is not among `decisions`. Throws `decision_not_found` where it has not.
 */
export function completed(feedback: readonly Feedback[], known: Known, now: number): Completed {
  const done: Completed = { records: [], comments: [] };
  for (const item of feedback) {
    const { records, comments } = completedOne(item, known, now);
    done.records.push(...records);
    done.comments.push(...comments);
  }
  return done;
}

const one = (record: FeedbackRecord): Completed => ({ records: [record], comments: [] });

function completedOne(item: Feedback, { decisions, calls, signals }: Known, now: number): Completed {
  const { decision_id: id } = item.value;
  const decision = id === undefined ? undefined : decisions.get(id);
  const call = id === undefined ? undefined : calls.get(id);
  if (decision === undefined && !isComplete(item)) throw notFound(id);
  const at = new Date(now).toISOString();
  const query = queryOf(item.kind === 'opinion' ? {} : item.value, decision);
  const about = {
    ...query,
    ...(decision === undefined || decision.task === null ? {} : { task: decision.task }),
  };
  if (item.kind === 'preference')
    return one({ kind: 'preference', value: { at, ...item.value, ...about } as RecordedPreference });
  const model = item.value.model ?? call?.model ?? decision?.model;
  const answered = { at, ...item.value, model, ...about };
  if (item.kind === 'signal') return one({ kind: 'signal', value: answered as RecordedSignal });
  if (item.kind === 'opinion' || (call !== undefined && isScoreAlone(item.value))) {
    const of = { at: answered.at, model, decision_id: id, ...about };
    const comments = item.kind === 'opinion' ? commentsOf(item.value, Date.parse(answered.at)) : [];
    return {
      records: signalsOf(item.value, signals).map((says) => ({
        kind: 'signal',
        value: { ...of, ...says } as RecordedSignal,
      })),
      comments: comments.map((comment) => ({ decision: decision!.id, of: query, ...comment })),
    };
  }
  // What a cascade or a fallback asked was not left to the decision's chance.
  const chosen = decision !== undefined && model === decision.model ? decision.propensity : undefined;
  return one({ kind: 'interaction', value: { propensity: chosen, ...answered } as RecordedInteraction });
}

/** Whether feedback says itself what it is of. */
function isComplete({ kind, value }: Feedback): boolean {
  if (kind === 'opinion' || value.query === undefined) return false;
  return kind === 'preference' || value.model !== undefined;
}
