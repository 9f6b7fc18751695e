import { z } from 'zod';
import { DAY_MS, HOUR_MS } from '../base/units.js';
import { LlmId } from './ids.js';

const MINUTE_MS = 60_000;

/** How far back one may look, and the step that it is told by: of points there are some hundred at most. */
export const OVERVIEW_RANGES = {
  '1h': { step: 2 * MINUTE_MS, steps: 30 },
  '24h': { step: 20 * MINUTE_MS, steps: 72 },
  '7d': { step: 4 * HOUR_MS, steps: 42 },
  '30d': { step: DAY_MS, steps: 30 },
  '90d': { step: DAY_MS, steps: 90 },
} as const;
export const OverviewRange = z.enum(['1h', '24h', '7d', '30d', '90d']);
export type OverviewRange = z.infer<typeof OverviewRange>;

export const BaselineKind = z
  .enum(['best', 'dearest', 'single'])
  .describe(
    'What it is compared to: had each query gone to the candidate of the highest expected quality (`best`), to that ' +
      'of the highest expected cost (`dearest`), or to one LLM (`single`)',
  );
export type BaselineKind = z.infer<typeof BaselineKind>;

const Expected = z
  .strictObject({
    quality: z.number().nullable().describe('Mean expected quality'),
    cost_usd: z
      .number()
      .nullable()
      .describe(
        'Expected US dollars in all; null where no cost is known. One without counts as the mean of the others',
      ),
  })
  .meta({ id: 'OverviewExpected', description: 'By the predictions that decided' });
export type Expected = z.infer<typeof Expected>;

const Observed = z
  .strictObject({
    answers: z.int(),
    errors: z.int().describe('Those that failed'),
    error_share: z.number().nullable(),
    quality: z.number().nullable().describe('Mean by weight of scores and of signals; null where there is none'),
    quality_low: z.number().nullable().describe('Its 95% interval; null where one score is all there is'),
    quality_high: z.number().nullable(),
    cost_usd: z.number().nullable().describe('Sum of what was reported; null where nothing was'),
    latency_p50_ms: z.number().nullable().describe('Median of answers without error, within a tenth'),
    latency_p90_ms: z.number().nullable(),
  })
  .meta({ id: 'OverviewObserved', description: 'What feedback that named a decision says' });
export type Observed = z.infer<typeof Observed>;

const sums = {
  decisions: z.int(),
  expected: Expected.describe('Of the LLMs that were chosen'),
  baseline: Expected.nullable().describe(
    'Of these decisions, had the baseline made them; null where that is not known',
  ),
  observed: Observed,
};

export const OverviewPoint = z
  .strictObject({
    at: z.iso.datetime().describe('When the step begins'),
    ...sums,
    models: z.record(z.string(), z.int()).describe('Decisions by LLM'),
  })
  .meta({ id: 'OverviewPoint', description: 'One step of time' });
export type OverviewPoint = z.infer<typeof OverviewPoint>;

export const OverviewModel = z
  .strictObject({
    model: LlmId,
    decisions: z.int().describe('How many chose it'),
    share: z.number(),
    expected: Expected,
    observed: Observed,
  })
  .meta({ id: 'OverviewModel', description: 'One LLM over the whole time' });

export const Overview = z
  .strictObject({
    range: OverviewRange,
    from: z.iso.datetime(),
    to: z.iso.datetime().describe('End of the last step, which may be still to come'),
    step_ms: z.int(),
    baseline: z.strictObject({ kind: BaselineKind, model: LlmId.nullable() }),
    totals: z.strictObject(sums),
    points: z.array(OverviewPoint).describe('Every step, in order, also those without anything'),
    models: z.array(OverviewModel).describe('LLMs that were chosen or answered, most decisions first'),
  })
  .meta({ id: 'Overview', description: 'What was routed where, what it is worth, and what came of it' });
export type Overview = z.infer<typeof Overview>;
