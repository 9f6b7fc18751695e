import { z } from 'zod';
import { CostBound, Milliseconds, UsDollars, Weight } from './amounts.js';
import { Fraction } from './fraction.js';
import { LlmId } from './ids.js';
import { FreeText } from './text.js';

/** Most LLMs that a cascade may ask. */
export const MAX_STEPS = 4;

/** What a cascade is to reach. */
export const CascadeRequest = z
  .strictObject({
    quality: Fraction.optional().describe(
      'Wanted expected score of the answer that is kept; as good as the best single candidate unless given',
    ),
    cost_weight: Weight.default(0).describe(
      'Quality points given up per US cent: the wanted quality is reached only as far as it is worth its ' +
        'cost. With 0, at any cost',
    ),
    max_steps: z
      .int()
      .min(1)
      .max(MAX_STEPS)
      .default(3)
      .describe('Most LLMs that are asked; calls that fail do not count'),
    max_cost_usd: CostBound.optional().describe(
      'Most that all calls together may cost; what was reported so far counts',
    ),
    reliability: Fraction.default(0.8).describe(
      'How far reported scores are to be trusted: the chance that one is the true score rather than the toss ' +
        'of a coin. 1: a perfect judge, such as unit tests; 0.8: right in 90% of cases; 0: no information',
    ),
  })
  .meta({ id: 'CascadeRequest', description: 'An order of LLMs that are asked until one answers well enough' });
export type CascadeRequest = z.infer<typeof CascadeRequest>;

export const CascadeStep = z
  .strictObject({
    model: LlmId,
    stop_at: z
      .number()
      .describe('Keep the answer when its reported score is at least this; an answer that is only ok scores 1, else 0'),
    probability: z.number().describe('Chance that this step is reached'),
    expected_quality: z.number().describe('Expected score of the answer that is kept, once this step is reached'),
    cost_usd: z.number().nullable().describe('Expected cost of this call; null where no price is known'),
  })
  .meta({ id: 'CascadeStep' });
export type CascadeStep = z.infer<typeof CascadeStep>;

const expected = {
  steps: z.array(CascadeStep),
  expected_quality: z.number().describe('Expected score of the answer that is kept'),
  expected_cost_usd: z
    .number()
    .nullable()
    .describe('Expected cost of all calls; null where that of a step is not known'),
};

export const CascadePlan = z
  .strictObject({
    ...expected,
    quality: z.number().describe('The wanted quality'),
    single: z
      .strictObject({ model: LlmId, quality: z.number(), cost_usd: z.number().nullable() })
      .describe(
        'The best single call for the same wanted quality: the cheapest LLM that is expected to reach it, else ' +
          'the best; with `cost_weight`, the one of the highest worth',
      ),
  })
  .meta({ id: 'CascadePlan' });
export type CascadePlan = z.infer<typeof CascadePlan>;

/** How one step went: the LLM's answer was judged, or the call failed. */
export const StepReport = z
  .strictObject({
    model: LlmId.optional().describe('The LLM that was asked; the one that was next unless given'),
    score: Fraction.optional().describe('How good its answer is, as judged'),
    ok: z.boolean().optional().describe('Whether its answer is good, for a judge that says no more'),
    error: FreeText(1000).optional().describe('Why the call gave no answer'),
    cost_usd: UsDollars.optional().describe('What the call cost; as expected unless given, and nothing when it failed'),
    latency_ms: Milliseconds.optional(),
  })
  .refine((r) => [r.score, r.ok, r.error].filter((x) => x !== undefined).length === 1, {
    path: ['score'],
    message: 'expected exactly one of score, ok and error',
  })
  .meta({ id: 'StepReport', description: 'How one step of a cascade went' });
export type StepReport = z.infer<typeof StepReport>;

/** Why a cascade goes on or stops. */
export const CASCADE_REASONS = [
  'begin',
  'not_good_enough',
  'failed',
  'good_enough',
  'not_worth_it',
  'steps_used',
  'over_budget',
  'none_left',
] as const;

export const CascadeNext = z
  .strictObject({
    model: LlmId.nullable().describe('The LLM to ask next; null when the cascade is over'),
    answer: LlmId.nullable().describe(
      'The LLM whose answer is best so far, and is to be kept when the cascade is over; null while there is none',
    ),
    answer_quality: z.number().nullable().describe('Expected score of that answer, after all reports'),
    reason: z
      .enum(CASCADE_REASONS)
      .describe(
        'Why it goes on (begin; not_good_enough; failed) or is over (good_enough; not_worth_it: the wanted ' +
          'quality is expected without another call, or no LLM is expected to do better; steps_used; ' +
          'over_budget; none_left)',
      ),
    spent_usd: z.number().describe('Cost of the calls so far, as reported, else as expected'),
    ...expected,
  })
  .meta({ id: 'CascadeNext', description: 'What to do after the steps so far, and what is planned from here on' });
export type CascadeNext = z.infer<typeof CascadeNext>;
