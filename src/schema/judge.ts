import { z } from 'zod';
import { ExperimentName } from './experiment.js';
import { MAX_QUERY_CHARS } from './feedback.js';
import { Fraction } from './fraction.js';
import { DecisionId, KeyId, LlmId, TaskId, TenantId } from './ids.js';
import { PolicyName } from './policy.js';
import { FreeLines } from './text.js';

/** Longest texts that a judge reads, in characters: a conversation, of which the end is kept, and one answer. */
export const MAX_JUDGED = { conversation: 24_000, answer: 16_000 } as const;

/** What answers are graded by, unless a team says it. It names no language, so that it fits all of them. */
export const DEFAULT_RUBRIC = [
  'Grade how well the answer serves who asked, from 0 to 10:',
  '10 correct, complete and exactly what was asked for; 7 useful, with small faults; 4 partly wrong or missing what',
  'matters; 0 wrong, harmful, empty, or no answer to what was asked.',
  'Weigh, in this order: whether it is correct; whether it helps; whether it keeps to all instructions, also of form',
  'and length. It should be in the language that was asked for or in. Length, politeness and confidence earn nothing',
  'by themselves. A refusal is good only where answering would do harm.',
].join('\n');

/** How answers are judged. */
export const JudgeSettings = z
  .strictObject({
    enabled: z.boolean().default(false),
    model: LlmId.nullable()
      .default(null)
      .describe('The LLM that judges: one of the catalogue that says where it can be called'),
    share: Fraction.default(0.05).describe(
      'Share of answers that is judged, where neither key nor policy says another',
    ),
    uncertain_share: Fraction.default(0.1).describe(
      'How much more of those whose two best candidates were nearer to each other than their uncertainty',
    ),
    mode: z
      .enum(['pointwise', 'pairwise'])
      .default('pointwise')
      .describe(
        '`pointwise`: graded by itself; `pairwise`: compared blindly with the answer of the runner-up, in both orders',
      ),
    budget_usd_per_day: z
      .number()
      .min(0)
      .max(1e6)
      .default(1)
      .describe('US dollars a day (UTC) for the judge, and for answers that are asked for to compare with'),
    rubric: FreeLines(10_000)
      .refine((text) => text.trim() !== '', 'expected text that is not only white space')
      .default(DEFAULT_RUBRIC)
      .describe('What grades from 0 to 10 mean. The form of the judge’s answer is added to it'),
    by_policy: z.record(PolicyName, Fraction).default({}).describe('Shares by the policy that decided'),
    by_key: z
      .record(KeyId, Fraction)
      .default({})
      .describe('Shares by the id of the key; they go before those of policies'),
    min_pairs: z
      .int()
      .min(10)
      .max(1_000_000)
      .default(50)
      .describe('Answers that people scored as well, from which on the judge’s bias is corrected'),
  })
  .refine(({ enabled, model }) => !enabled || model !== null, {
    path: ['model'],
    message: 'expected the id of an LLM, as enabled is true',
  })
  .meta({ id: 'JudgeSettings', description: 'How answers are judged' });
export type JudgeSettings = z.infer<typeof JudgeSettings>;
export const DEFAULT_JUDGE: JudgeSettings = JudgeSettings.parse({});

/** An answer that is to be judged, as it waits in the queue: its texts go with it when it is done. */
export const JudgeJob = z.strictObject({
  decision: DecisionId,
  /** The text that was routed by. */
  query: z.string().min(1).max(MAX_QUERY_CHARS),
  /** The conversation that was answered, its end where it is long. */
  messages: z
    .array(z.strictObject({ role: z.string().max(100), content: z.string().max(MAX_JUDGED.conversation) }))
    .min(1)
    .max(1_000),
  /** The LLM that answered, and what. */
  model: LlmId,
  answer: z.string().min(1).max(MAX_JUDGED.answer),
  /** The runner-up, whose answer it may be compared with; null where there is none. */
  second: LlmId.nullable(),
  task: TaskId.nullable(),
  tenant: TenantId.nullable(),
  /** Until when its texts may be kept, in milliseconds since the epoch; null for as long as it takes. */
  keepUntil: z.int().nullable(),
  /** The shadow whose LLM is `second`: the answers are compared for it alone. Null for an answer that is judged. */
  shadow: ExperimentName.nullable().default(null),
});
export type JudgeJob = z.infer<typeof JudgeJob>;

const Estimate = z
  .strictObject({ value: z.number(), low: z.number(), high: z.number() })
  .meta({ id: 'JudgeEstimate', description: 'An estimate with its 95% interval' });

/** How far a judge and people agree on answers that both scored, from 0 to 1. */
export const JudgeAgreement = z
  .strictObject({
    pairs: z.int().describe('Answers that both scored'),
    correlation: Estimate.nullable().describe('Pearson’s; null where all scores of one are the same, or pairs are few'),
    difference: Estimate.nullable().describe('Mean absolute difference of their scores'),
    bias: Estimate.nullable().describe('Mean of the judge’s scores less people’s, before any correction'),
    posted_bias: Estimate.nullable().describe('The same of the values that were posted, corrected where they were'),
    models: z
      .array(
        z.strictObject({ model: LlmId, pairs: z.int(), bias: Estimate.nullable(), posted_bias: Estimate.nullable() }),
      )
      .describe('By the LLM that answered, most pairs first'),
  })
  .meta({ id: 'JudgeAgreement', description: 'How far the judge and people agree' });
export type JudgeAgreement = z.infer<typeof JudgeAgreement>;

/** What a judge's score becomes: `intercept + slope · score`, and the offset of the LLM that answered. */
export const JudgeCorrection = z
  .strictObject({
    intercept: z.number(),
    slope: z.number(),
    offsets: z.array(z.strictObject({ model: LlmId, offset: z.number() })),
  })
  .meta({ id: 'JudgeCorrection', description: 'How the bias of the judge is corrected' });
export type JudgeCorrection = z.infer<typeof JudgeCorrection>;

export const JudgeStatus = z
  .strictObject({
    enabled: z.boolean(),
    model: LlmId.nullable(),
    mode: JudgeSettings.shape.mode.unwrap(),
    today: z
      .strictObject({
        day: z.iso.date().describe('In UTC'),
        spent_usd: z.number().describe('What is being spent at this moment counts as expected'),
        budget_usd: z.number(),
        judged: z.int(),
        dropped: z.int().describe('Sampled, and not judged: over the budget, or the backlog was full'),
      })
      .describe('Of all processes on this ledger'),
    backlog: z
      .strictObject({ waiting: z.int(), active: z.int() })
      .nullable()
      .describe('Answers that wait to be judged, and that are being judged; null where the queue can’t be reached'),
    agreement: JudgeAgreement.describe('Of this judge, mode and rubric'),
    correction: JudgeCorrection.nullable().describe('Null where there are fewer pairs than `min_pairs`'),
  })
  .meta({ id: 'JudgeStatus', description: 'How answers are judged, what it costs, and how far people agree' });
export type JudgeStatus = z.infer<typeof JudgeStatus>;
