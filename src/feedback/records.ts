import { z } from 'zod';
import { PointsmanError, type Issue } from '../base/errors.js';
import type { FeedbackRecord } from '../store/ports/feedback.js';
import type { KeptDecision } from '../store/ports/decisions.js';
import {
  InteractionFeedback,
  MAX_FEEDBACK_ITEMS,
  PreferenceFeedback,
  type Interaction,
  type Preference,
  type Signal,
  SignalFeedback,
} from '../schema/feedback.js';
import { describeIssues, issuesOf } from '../schema/parse.js';

/** What a feedback request may hold. {@link parseFeedback} checks its items one by one, so that messages fit them. */
export const FeedbackRequest = z
  .union([
    InteractionFeedback,
    PreferenceFeedback,
    SignalFeedback,
    z
      .array(z.union([InteractionFeedback, PreferenceFeedback, SignalFeedback]))
      .min(1)
      .max(MAX_FEEDBACK_ITEMS),
  ])
  .meta({
    id: 'FeedbackRequest',
    description:
      'One interaction, preference or signal, or an array of them. An item with better_model or worse_model is a ' +
      'preference, one with signal a signal.',
  });

/** After so many issues, further items of a request are not named. */
const MAX_ISSUES = 20;

export type Feedback =
  | { kind: 'interaction'; value: InteractionFeedback }
  | { kind: 'preference'; value: PreferenceFeedback }
  | { kind: 'signal'; value: SignalFeedback };

const SCHEMAS = { interaction: InteractionFeedback, preference: PreferenceFeedback, signal: SignalFeedback };

function kindOf(item: unknown): Feedback['kind'] {
  if (item === null || typeof item !== 'object') return 'interaction';
  if ('better_model' in item || 'worse_model' in item) return 'preference';
  return 'signal' in item ? 'signal' : 'interaction';
}

function prefixed(issue: Issue, prefix: string): Issue {
  if (prefix === '') return issue;
  return {
    ...issue,
    field: issue.field === '' || issue.field.startsWith('[') ? prefix + issue.field : `${prefix}.${issue.field}`,
  };
}

/** How far ahead clocks of those who post may go, in milliseconds. */
const MAX_AHEAD_MS = 86_400_000;

/** What is wrong with a time that is later than tomorrow: it would make what came before count for little. */
function laterThan(now: number, { at }: Feedback['value']): Issue[] {
  if (at === undefined || Date.parse(at) <= now + MAX_AHEAD_MS) return [];
  return [{ field: 'at', expected: 'a time that is at most a day ahead', received: JSON.stringify(at) }];
}

/** Validates the body of a feedback request. Throws `invalid_request` naming each wrong field of each item. */
export function parseFeedback(body: unknown, now: number): Feedback[] {
  const items = Array.isArray(body) ? (body as unknown[]) : [body];
  if (items.length === 0 || items.length > MAX_FEEDBACK_ITEMS) {
    const issue = {
      field: '',
      expected: `an array of 1 to ${MAX_FEEDBACK_ITEMS} items`,
      received: `an array of ${items.length}`,
    };
    throw new PointsmanError('invalid_request', describeIssues([issue]), { issues: [issue] });
  }
  const issues: Issue[] = [];
  const feedback: Feedback[] = [];
  items.forEach((item, i) => {
    const kind = kindOf(item);
    const result = SCHEMAS[kind].safeParse(item);
    if (result.success) feedback.push({ kind, value: result.data } as Feedback);
    const wrong = result.success ? laterThan(now, result.data) : issuesOf(result.error, item);
    if (wrong.length > 0 && issues.length < MAX_ISSUES)
      issues.push(...wrong.map((issue) => prefixed(issue, Array.isArray(body) ? `[${i}]` : '')));
  });
  if (issues.length > 0) throw new PointsmanError('invalid_request', describeIssues(issues), { issues });
  return feedback;
}

/** The decisions that feedback names, each once. */
export function decisionIdsOf(feedback: readonly Feedback[]): string[] {
  const ids = new Set<string>();
  for (const { value } of feedback) if (value.decision_id !== undefined) ids.add(value.decision_id);
  return [...ids];
}

/**
 * Feedback as the ledger stores it: what it leaves out comes from the decision it names, and `at` from `now`.
 * Feedback may come before its decision: where it has query and LLM itself, it may name one that is not among
 * `decisions`. Throws `decision_not_found` where it has not.
 */
export function toRecords(
  feedback: readonly Feedback[],
  decisions: ReadonlyMap<string, KeptDecision>,
  now: number,
): FeedbackRecord[] {
  const at = new Date(now).toISOString();
  return feedback.map((item): FeedbackRecord => {
    const { value } = item;
    const complete = value.query !== undefined && (item.kind === 'preference' || item.value.model !== undefined);
    const decision = value.decision_id === undefined ? undefined : decisions.get(value.decision_id);
    if (decision === undefined && !complete)
      throw new PointsmanError(
        'decision_not_found',
        `decision_id: expected a known decision, or query and model with it, got ${JSON.stringify(value.decision_id)}`,
        {
          issues: [{ field: 'decision_id', expected: 'a known decision', received: JSON.stringify(value.decision_id) }],
        },
      );
    if (decision !== undefined && decision.query === null && value.query === undefined) {
      const issue = {
        field: 'query',
        expected: `the text of the query, as the log keeps only the hash of that of decision ${decision.id}`,
        received: 'nothing',
      };
      throw new PointsmanError('invalid_request', describeIssues([issue]), { issues: [issue] });
    }
    const task = decision?.task ?? null;
    // The decision says what the query was, whatever is repeated with it.
    const decided = {
      ...(decision === undefined || decision.query === null ? {} : { query: decision.query }),
      ...(task === null ? {} : { task }),
    };
    if (item.kind === 'preference')
      return { kind: 'preference', value: { at, ...item.value, ...decided } as Preference };
    const answered = { at, model: decision?.model, ...item.value, ...decided };
    if (item.kind === 'signal') return { kind: 'signal', value: answered as Signal };
    // What a cascade or a fallback asked was not left to the decision's chance.
    const chosen = decision !== undefined && answered.model === decision.model ? decision.propensity : undefined;
    return { kind: 'interaction', value: { propensity: chosen, ...answered } as Interaction };
  });
}
