import { z } from 'zod';
import { DecisionId, LlmId } from './ids.js';
import { PolicyBody, PolicyName, Rules } from './policy.js';

export const DEFAULT_PREVIEW_DAYS = 30;

export const PreviewRequest = z
  .strictObject({
    policy: PolicyName.optional().describe('The policy that is judged, by name'),
    body: PolicyBody.optional().describe('The same as it is written, where it is not made yet'),
    against: PolicyName.optional().describe('What it is compared with; `quality` if left out'),
    days: z
      .number()
      .positive()
      .max(3650)
      .default(DEFAULT_PREVIEW_DAYS)
      .describe('From how many days back decisions are taken, of the newest 20,000'),
    version: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('The version that scores for the policy; the one in force if left out'),
  })
  .check(
    z.refine<{ policy?: unknown; body?: unknown }>(
      ({ policy, body }) => (policy === undefined) !== (body === undefined),
      { message: 'expected exactly one of policy and body' },
    ),
  )
  .meta({ id: 'PreviewRequest', description: 'A policy to be judged before it runs' });
export type PreviewRequest = z.infer<typeof PreviewRequest>;

const Bounded = z
  .strictObject({
    value: z.number(),
    low: z.number().nullable().describe('Ends of its 95% interval; null where they can’t be told'),
    high: z.number().nullable(),
  })
  .meta({ id: 'BoundedEstimate', description: 'An estimate and its 95% interval' });
export type Bounded = z.infer<typeof Bounded>;

const MeasureEstimate = z
  .strictObject({
    decisions: z.int().describe('Decisions with such an outcome; 0 where the value is what is expected'),
    doubly_robust: Bounded.describe('What to go by'),
    self_normalised: Bounded.nullable(),
    inverse_propensity: Bounded.nullable(),
  })
  .meta({ id: 'MeasureEstimate', description: 'What a policy would have earned by each estimator' });
export type MeasureEstimate = z.infer<typeof MeasureEstimate>;

const measures = {
  quality: MeasureEstimate.nullable().describe('Mean score; null where nothing tells'),
  cost_usd: MeasureEstimate.nullable().describe('Mean US dollars; null where nothing tells'),
  latency_ms: MeasureEstimate.nullable().describe('Mean milliseconds; null where nothing tells'),
};

const Side = z
  .strictObject({
    name: PolicyName.nullable().describe('Null for one that is not made yet'),
    rules: Rules,
    version: z.string().nullable().describe('What scores for it; null before anything is trained'),
    ...measures,
    refused: z.int().describe('Decisions for which it has no candidate: they are left out'),
  })
  .meta({ id: 'PreviewSide' });
export type Side = z.infer<typeof Side>;

export const PROPENSITIES = ['logged', 'estimated', 'partly estimated'] as const;

const Overlap = z
  .strictObject({
    enough: z.boolean(),
    effective: z.number().describe('How many decisions of equal weight tell as much'),
    unsupported: z.number().describe('Share of the policy’s choices that the log could not have made'),
    words: z.string().describe('`enough overlap`, or `not enough overlap` and what would do'),
    would_do: z
      .strictObject({
        exploration: z.number(),
        decisions: z.int().describe('With it'),
        days: z.number().nullable().describe('At the rate of these decisions'),
      })
      .nullable(),
  })
  .meta({ id: 'Overlap', description: 'How far the log has what the policy would choose' });
export type Overlap = z.infer<typeof Overlap>;

const Pick = z.strictObject({ model: LlmId, quality: z.number(), cost_usd: z.number().nullable() });
const Point = {
  quality: z.number().describe('Mean expected score'),
  cost_usd: z.number().nullable().describe('Mean expected US dollars'),
};

export const Preview = z
  .strictObject({
    decisions: z.int().describe('Decisions that it is estimated from'),
    from: z.iso.datetime().nullable(),
    to: z.iso.datetime().nullable(),
    source: z.enum(['decisions', 'answers']).describe('`answers`: logged answers that name no decision'),
    propensities: z
      .enum(PROPENSITIES)
      .describe('Whether chances were logged; estimated ones come from how often each LLM was asked'),
    learned_from: z
      .int()
      .describe('Of the decisions, those from before the version that scores was made: it may know how they ended'),
    policy: Side,
    against: Side,
    difference: z.strictObject(measures).describe('What the policy earns more than the other'),
    overlap: Overlap,
    models: z
      .array(z.strictObject({ model: LlmId, share: z.number(), against: z.number() }))
      .describe('Share of decisions that each LLM gets'),
    differ: z.number().describe('Share of decisions for which the two policies’ first choices differ'),
    frontier: z
      .array(z.strictObject({ ...Point, rules: Rules, on_frontier: z.boolean() }))
      .describe('What weights of cost come to, cheapest first, by what is expected'),
    stands: z
      .strictObject({
        ...Point,
        below: z.number().describe('Points that the best of `frontier` for at most its cost scores more; 0 for none'),
      })
      .describe('The policy, by the same expectation'),
    examples: z
      .array(
        z.strictObject({
          decision_id: DecisionId.nullable(),
          query: z.string().nullable().describe('Null where it is no longer kept, or the key has not the scope read'),
          task: z.string().nullable(),
          policy: Pick,
          against: Pick,
        }),
      )
      .describe('The newest twenty decisions for which first choices differ'),
    notes: z.array(z.string()),
  })
  .meta({ id: 'Preview', description: 'What a policy would have earned' });
export type Preview = z.infer<typeof Preview>;
