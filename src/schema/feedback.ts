import { z } from 'zod';
import { Milliseconds, TokenCount, UsDollars } from './amounts.js';
import { Fraction } from './fraction.js';
import { DecisionId, DomainId, LlmId, TaskId } from './ids.js';
import { FreeText } from './text.js';
import { Timestamp } from './time.js';

/** Longest query that is taken, in characters. */
export const MAX_QUERY_CHARS = 100_000;
/** Most items in one feedback request. */
export const MAX_FEEDBACK_ITEMS = 1_000;

/** Text of a query. Halves of surrogate pairs are replaced, since UTF-8 can't hold them. */
export const QueryText = z
  .string()
  .max(MAX_QUERY_CHARS)
  .overwrite((text) => text.toWellFormed())
  .refine((text) => text.trim() !== '', 'expected text that is not only white space')
  .meta({ minLength: 1 });

/** One LLM's answer to one query, as it may stand in a file: self-contained. */
export const Interaction = z
  .strictObject({
    query: QueryText,
    model: LlmId,
    score: Fraction.optional().describe('How good it was; left out where nobody knows'),
    task: TaskId.optional(),
    domain: DomainId.optional(),
    cost_usd: UsDollars.optional(),
    latency_ms: Milliseconds.optional(),
    prompt_tokens: TokenCount.optional(),
    completion_tokens: TokenCount.optional(),
    error: FreeText(1000).optional(),
    propensity: z
      .number()
      .gt(0)
      .max(1)
      .optional()
      .describe('Probability with which this LLM was asked; that of the decision where one is named'),
    at: Timestamp.optional(),
    decision_id: DecisionId.optional(),
  })
  .meta({ id: 'Interaction', description: 'One LLM’s answer to one query' });
export type Interaction = z.infer<typeof Interaction>;

/** How much something counts, at most wholly. */
export const SignalWeight = z.number().gt(0).max(1);

/** Something that was observed of one LLM's answer. */
export const Signal = z
  .strictObject({
    query: QueryText,
    model: LlmId,
    signal: FreeText(100).describe('What was observed, as `thumb`, `judge` or `valid_json`'),
    value: z
      .union([Fraction, z.boolean().transform(Number)], 'expected a number from 0 to 1, true or false')
      .describe('How good it says that the answer was: from 0 to 1, or false and true for these'),
    source: FreeText(100).optional().describe('Who observed it, as `user`, or the name of a judge'),
    weight: SignalWeight.optional().describe(
      'How much it counts beside other scores of the same LLM and query; 1 unless given',
    ),
    task: TaskId.optional(),
    domain: DomainId.optional(),
    at: Timestamp.optional(),
    decision_id: DecisionId.optional(),
  })
  .meta({
    id: 'Signal',
    description:
      'Something that was observed of one LLM’s answer. Its value is a score of that answer: of an answer with ' +
      'several, and a score posted with it, the mean by weight counts',
  });
export type Signal = z.infer<typeof Signal>;

const twoLlms = z.refine<{ better_model: string; worse_model: string }>((p) => p.better_model !== p.worse_model, {
  path: ['worse_model'],
  message: 'expected another LLM than better_model',
});

/** For one query, one LLM did better than another. */
export const Preference = z
  .strictObject({
    query: QueryText,
    task: TaskId.optional(),
    domain: DomainId.optional(),
    better_model: LlmId,
    worse_model: LlmId,
    at: Timestamp.optional(),
    decision_id: DecisionId.optional(),
  })
  .check(twoLlms)
  .meta({ id: 'Preference', description: 'For one query, one LLM did better than another' });
export type Preference = z.infer<typeof Preference>;

/** Expects a field, or a decision that says it. */
const orDecision = <F extends 'query' | 'model'>(field: F, what: string) =>
  z.refine<{ [K in F | 'decision_id']?: string | undefined }>(
    (feedback) => feedback.decision_id !== undefined || feedback[field] !== undefined,
    { path: [field], message: `expected ${what}, or a decision_id` },
  );

/** Interaction over HTTP: with a `decision_id`, the query is the decision's and the LLM defaults to the chosen one. */
export const InteractionFeedback = Interaction.partial({ query: true, model: true })
  .check(orDecision('query', 'a query'))
  .check(orDecision('model', 'an LLM id'))
  .meta({ id: 'InteractionFeedback' });
export type InteractionFeedback = z.infer<typeof InteractionFeedback>;

/** Signal over HTTP: with a `decision_id`, the query is the decision's and the LLM defaults to the chosen one. */
export const SignalFeedback = Signal.partial({ query: true, model: true })
  .check(orDecision('query', 'a query'))
  .check(orDecision('model', 'an LLM id'))
  .meta({ id: 'SignalFeedback' });
export type SignalFeedback = z.infer<typeof SignalFeedback>;

/** Preference over HTTP: with a `decision_id`, the query is the decision's. */
export const PreferenceFeedback = z
  .strictObject({ ...Preference.shape, query: QueryText.optional() })
  .check(twoLlms)
  .check(orDecision('query', 'a query'))
  .meta({ id: 'PreferenceFeedback' });
export type PreferenceFeedback = z.infer<typeof PreferenceFeedback>;

/** One row of scores: how each LLM did on one query (a file format). */
export const ScoreRow = z.strictObject({
  query: QueryText,
  task: TaskId.optional(),
  domain: DomainId.optional(),
  scores: z.record(LlmId, Fraction),
  at: Timestamp.optional(),
});
export type ScoreRow = z.infer<typeof ScoreRow>;

export const FeedbackReceipt = z
  .strictObject({
    interactions: z.int(),
    preferences: z.int(),
    signals: z.int().optional().describe('Left out where none was posted'),
    new_models: z.array(z.string()).describe('LLMs that are new: never seen before, or candidates only now'),
    undeclared: z
      .array(z.string())
      .optional()
      .describe(
        'LLMs that it names and nobody declared: what is said of them is kept, and PUT /v1/models/{id} (`{}` will ' +
          'do) makes one a candidate. Left out where there is none',
      ),
  })
  .meta({
    id: 'FeedbackReceipt',
    description: 'What was stored, durably, and which LLMs are new or not declared',
  });
export type FeedbackReceipt = z.infer<typeof FeedbackReceipt>;
