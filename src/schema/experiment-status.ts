import { z } from 'zod';
import { ExperimentBody, ExperimentName, ExperimentState } from './experiment.js';
import { PolicyName } from './policy.js';
import { ShadowResults } from './shadow.js';
import { FreeLines } from './text.js';

const Share = z.number().nullable();

/** An estimate with its interval. */
const Estimate = z
  .strictObject({
    n: z.int().describe('Units of which it is known: conversations, or keys'),
    mean: z.number().nullable().describe('Null where none is known'),
    low: z.number().nullable().describe('95% interval of the mean, looked at once; null for fewer than two'),
    high: z.number().nullable(),
  })
  .meta({ id: 'ExperimentEstimate', description: 'A mean with its interval' });
export type ExperimentEstimate = z.infer<typeof Estimate>;

export const ArmStatus = z
  .strictObject({
    arm: ExperimentName,
    share: Share.describe('Of the units that it gets now, of all; null where it is over'),
    decisions: z.int(),
    apart: z
      .int()
      .describe(
        'Those of them that the other arm of a canary would have made otherwise: only these count below, as answers ' +
          'of one LLM say nothing of a difference. All of an A/B test',
      ),
    answers: z.int().describe('Decisions that feedback came of'),
    quality: Estimate.describe(
      'Mean score: of a decision, that of its scores and signals by their weights; of a unit, that of its decisions',
    ),
    errors: Estimate.describe('Share of decisions of which a call failed'),
    latency_ms: Estimate.describe('Geometric mean'),
    cost_usd: Estimate,
    models: z
      .array(z.strictObject({ model: z.string(), decisions: z.int(), share: z.number() }))
      .describe('Where its queries went, most first'),
  })
  .meta({ id: 'ArmStatus', description: 'What is known of one arm' });
export type ArmStatus = z.infer<typeof ArmStatus>;

const Difference = z
  .strictObject({
    mean: z.number(),
    low: z.number().nullable().describe('Null where there are too few answers'),
    high: z.number().nullable(),
    words: z.string(),
  })
  .meta({
    id: 'ExperimentDifference',
    description:
      'With an interval that holds at all looks together with a chance of 95%: quality and errors as differences, ' +
      'latency and cost as times',
  });

export const ArmComparison = z
  .strictObject({
    arm: ExperimentName,
    against: ExperimentName,
    verdict: z
      .enum(['better', 'worse', 'not_worse', 'open'])
      .describe('By the test that may be looked at any time: `not_worse` is within the margins of a canary'),
    why: z.string(),
    quality: Difference,
    errors: Difference,
    latency: Difference,
    cost: Difference,
  })
  .meta({ id: 'ArmComparison', description: 'An arm beside another' });
export type ArmComparison = z.infer<typeof ArmComparison>;

const summary = {
  name: ExperimentName,
  kind: z.enum(['shadow', 'canary', 'ab']),
  of: PolicyName.nullable().describe('The policy whose queries take part; null for those of all'),
  state: ExperimentState,
  step: z.int().nullable().describe('Which step of a canary it is in, from 1; null for other kinds'),
  share: Share.describe('What a candidate has now; null where it has nothing, or for an A/B test'),
  why: z.string().describe('Why it is where it is'),
  idle: z.string().nullable().describe('Why it runs and decides nothing; null where it decides, or does not run'),
  started_at: z.iso.datetime(),
  step_at: z.iso.datetime().describe('When this step began'),
  ended_at: z.iso.datetime().nullable(),
};

export const ExperimentSummary = z.strictObject(summary).meta({ id: 'ExperimentSummary' });
export type ExperimentSummary = z.infer<typeof ExperimentSummary>;

export const ExperimentList = z
  .strictObject({ experiments: z.array(ExperimentSummary) })
  .meta({ id: 'ExperimentList', description: 'Experiments, oldest first' });

export const ExperimentStatus = z
  .strictObject({
    ...summary,
    body: ExperimentBody,
    step_answers: z.int().nullable().describe('Answers of a candidate’s decisions in this step'),
    arms: z.array(ArmStatus),
    comparisons: z.array(ArmComparison).describe('Of a canary the candidate, of an A/B test each arm but the first'),
    shadow: ShadowResults.nullable().describe('What a shadow came to; null for other kinds'),
    history: z
      .array(
        z.strictObject({
          at: z.iso.datetime(),
          state: ExperimentState,
          step: z.int().nullable(),
          why: z.string(),
        }),
      )
      .describe('In order'),
  })
  .meta({ id: 'ExperimentStatus', description: 'An experiment, and what it has found' });
export type ExperimentStatus = z.infer<typeof ExperimentStatus>;

export const EXPERIMENT_ACTIONS = ['promote', 'rollback', 'pause', 'resume', 'end'] as const;
export type ExperimentAction = (typeof EXPERIMENT_ACTIONS)[number];

export const ExperimentAsked = z
  .strictObject({ why: FreeLines(1000).optional().describe('Kept with it') })
  .meta({ id: 'ExperimentAsked', description: 'Why somebody moves an experiment' });
export const PromotionAsked = z
  .strictObject({
    why: FreeLines(1000).optional().describe('Kept with it'),
    arm: ExperimentName.optional().describe('Which arm of an A/B test'),
  })
  .meta({ id: 'PromotionAsked', description: 'Which arm is put in force, and why' });
export type PromotionAsked = z.infer<typeof PromotionAsked>;
