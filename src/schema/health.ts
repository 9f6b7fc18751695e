import { z } from 'zod';
import { Milliseconds } from './amounts.js';
import { DecisionId, LlmId } from './ids.js';
import { FreeText } from './text.js';

/** Most calls that a breaker remembers: they are the bits of an integer. */
export const MAX_CALLS = 30;

/** A setting in whole milliseconds: a day at most. */
const Interval = z.int().min(1).max(86_400_000);

/** When an LLM is taken out of the rankings, and when it comes back. */
export const BreakerSettings = z
  .strictObject({
    failure_rate: z
      .number()
      .gt(0)
      .max(1)
      .default(0.5)
      .describe('Share of the last calls that failed at which an LLM is taken out'),
    min_calls: z.int().min(1).max(MAX_CALLS).default(5).describe('Fewer calls say nothing'),
    calls: z.int().min(1).max(MAX_CALLS).default(20).describe('How many of the last calls count'),
    window_ms: Interval.default(60_000).describe(
      'Calls before a pause as long as this are forgotten, and older reports do not count',
    ),
    timeout_ms: Interval.nullable()
      .default(null)
      .describe('An answer that took longer counts as failed; null for none'),
    cool_down_ms: Interval.default(30_000).describe(
      'How long an LLM stays out at first; doubled each time that it fails again when tried',
    ),
    max_cool_down_ms: Interval.default(600_000),
    probes: z
      .int()
      .min(1)
      .max(100)
      .default(2)
      .describe('Calls that must succeed, one after another, for it to come back'),
    probe_interval_ms: Interval.default(1_000).describe(
      'After the cool-down, each API process sends it one query in so long',
    ),
  })
  .refine((s) => s.min_calls <= s.calls, { path: ['min_calls'], message: 'expected no more than calls' })
  .refine((s) => s.cool_down_ms <= s.max_cool_down_ms, {
    path: ['max_cool_down_ms'],
    message: 'expected no less than cool_down_ms',
  })
  .meta({ id: 'BreakerSettings' });
export type BreakerSettings = z.infer<typeof BreakerSettings>;

export const DEFAULT_BREAKER: BreakerSettings = BreakerSettings.parse({});

const Failure = FreeText(1000);

/** How one call of an LLM went, from whoever made it: says nothing of how good the answer was. */
export const CallReport = z
  .strictObject({
    model: LlmId,
    ok: z.boolean().describe('Whether it answered'),
    error: Failure.optional().describe('What went wrong'),
    latency_ms: Milliseconds.optional(),
    decision_id: DecisionId.optional().describe('The decision that chose it, which is then no longer in flight'),
  })
  .refine((r) => !(r.ok && r.error !== undefined), { path: ['error'], message: 'expected none where ok is true' })
  .meta({ id: 'CallReport', description: 'How one call of an LLM went' });
export type CallReport = z.infer<typeof CallReport>;

export const CallReports = z.array(CallReport).min(1).max(1000);
export const HealthReport = z.union([CallReport, CallReports]).meta({ id: 'HealthReport' });

/** An operator's word on an LLM. */
export const HealthOverride = z
  .strictObject({
    state: z
      .enum(['open', 'closed'])
      .describe('open: taken out until it is closed again; closed: back at once, its last calls forgotten'),
    reason: Failure.optional(),
  })
  .meta({ id: 'HealthOverride' });

export const LlmHealth = z
  .strictObject({
    model: LlmId,
    state: z
      .enum(['closed', 'open', 'half_open'])
      .describe('closed: it may be chosen; open: it is out of the rankings; half_open: it is tried now and then'),
    calls: z.int().describe('Last calls that count'),
    failures: z.int().describe('How many of them failed'),
    error: z.string().nullable().describe('What went wrong last'),
    opened_at: z.iso.datetime().nullable(),
    retry_at: z.iso
      .datetime()
      .nullable()
      .describe('When it is tried again; null where it is closed, or held open by an operator'),
  })
  .meta({ id: 'LlmHealth', description: 'The breaker of one LLM' });
export type LlmHealth = z.infer<typeof LlmHealth>;

export const HealthList = z.strictObject({ models: z.array(LlmHealth) }).meta({ id: 'HealthList' });
