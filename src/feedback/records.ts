import { z } from 'zod';
import { PointsmanError, type Issue } from '../base/errors.js';
import {
  InteractionFeedback,
  MAX_FEEDBACK_ITEMS,
  OpinionFeedback,
  PreferenceFeedback,
  SignalFeedback,
} from '../schema/feedback.js';
import { describeIssues, issuesOf } from '../schema/parse.js';
import { isScoreAlone } from './opinions.js';

/** What a feedback request may hold. {@link parseFeedback} checks its items one by one, so that messages fit them. */
export const FeedbackRequest = z
  .union([
    InteractionFeedback,
    PreferenceFeedback,
    SignalFeedback,
    OpinionFeedback,
    z
      .array(z.union([InteractionFeedback, PreferenceFeedback, SignalFeedback, OpinionFeedback]))
      .min(1)
      .max(MAX_FEEDBACK_ITEMS),
  ])
  .meta({
    id: 'FeedbackRequest',
    description:
      'One interaction, preference, signal or opinion, or an array of them. An item with better_model or ' +
      'worse_model is a preference, one with signal a signal, one with thumb, comment or corrected an opinion.',
  });

/** After so many issues, further items of a request are not named. */
const MAX_ISSUES = 20;

/** What was posted; an answer that was named by its id is named by its decision. */
export type Feedback =
  | { kind: 'interaction'; value: Named<InteractionFeedback> }
  | { kind: 'preference'; value: Named<PreferenceFeedback> }
  | { kind: 'signal'; value: Named<SignalFeedback> }
  | { kind: 'opinion'; value: Named<OpinionFeedback> };
type Named<T> = Omit<T, 'answer_id'>;

const SCHEMAS = {
  interaction: InteractionFeedback,
  preference: PreferenceFeedback,
  signal: SignalFeedback,
  opinion: OpinionFeedback,
};
const OPINIONS = ['thumb', 'comment', 'corrected'];

function kindOf(item: unknown): Feedback['kind'] {
  if (item === null || typeof item !== 'object') return 'interaction';
  if ('better_model' in item || 'worse_model' in item) return 'preference';
  if ('signal' in item) return 'signal';
  return OPINIONS.some((field) => field in item) ? 'opinion' : 'interaction';
}

/** An answer that is named by its id is recorded already: a score of it alone is an opinion. */
function namedByDecision(kind: Feedback['kind'], { answer_id: answer, ...value }: { answer_id?: unknown }): Feedback {
  if (answer === undefined) return { kind, value } as Feedback;
  const named = { ...value, decision_id: answer };
  return { kind: kind === 'interaction' && isScoreAlone(named) ? 'opinion' : kind, value: named } as Feedback;
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
    if (result.success) feedback.push(namedByDecision(kind, result.data));
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
