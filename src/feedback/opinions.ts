import type { Interaction, OpinionFeedback, SignalFeedback } from '../schema/feedback.js';
import { saysOf, type SignalName, type SignalSettings } from '../schema/signals.js';
import type { Comment } from '../store/ports/feedback.js';

/** Who observes what a user says. */
const SOURCE = 'user';

/** What an opinion says as signals: of which answer is not among them. */
export function signalsOf(
  { thumb, score, corrected }: Pick<OpinionFeedback, 'thumb' | 'score' | 'corrected'>,
  settings: SignalSettings,
): Pick<SignalFeedback, 'signal' | 'value' | 'weight' | 'source'>[] {
  const said: [SignalName, boolean | number | undefined][] = [
    ['thumb', thumb],
    ['score', score],
    ['correction', corrected === undefined ? undefined : true],
  ];
  return said.flatMap(([signal, value]) => {
    const says = value === undefined ? undefined : saysOf(settings, signal, value);
    return says === undefined ? [] : [{ signal, source: SOURCE, ...says }];
  });
}

/** What an opinion says in words. */
export function commentsOf({ comment, corrected }: OpinionFeedback, at: number): Comment[] {
  const said: [Comment['kind'], string | undefined][] = [
    ['comment', comment],
    ['corrected', corrected],
  ];
  return said.flatMap(([kind, text]) => (text === undefined || text.trim() === '' ? [] : [{ at, kind, text }]));
}

/** Fields of an interaction that says no more of an answer than its score. */
const SCORE_ALONE: ReadonlySet<string> = new Set<keyof Interaction>(['decision_id', 'model', 'score', 'at']);

/**
 * Whether an interaction says nothing but a score: of an answer that is recorded already, it is an opinion, as a second
 * interaction would count the answer twice.
 */
export const isScoreAlone = (value: object): boolean =>
  'score' in value && Object.keys(value).every((field) => SCORE_ALONE.has(field));
