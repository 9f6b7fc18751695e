import { z } from 'zod';
import { Fraction } from './fraction.js';
import { DecisionId, LlmId } from './ids.js';

/** Whose scores an expectation is by: those of what is in force, or those of the shadow. */
export const VIEWS = ['active', 'candidate'] as const;
export type View = (typeof VIEWS)[number];

/** What is expected of an answer. */
export const EXPECTATIONS = ['quality', 'cost_usd', 'latency_ms'] as const;
export type Expectation = (typeof EXPECTATIONS)[number];

const Expected = z.strictObject({
  quality: z.number(),
  cost_usd: z.number().nullable().describe('Null where no price is known'),
  latency_ms: z.number().nullable().describe('Median; null where none is known'),
});

const ofBoth = z.strictObject({
  active: Expected.nullable().describe('Of the LLM that was chosen; null where its rules left it out'),
  candidate: Expected.nullable().describe('Of the one that the shadow would have chosen'),
});

/** What was expected of the LLM that was chosen and of the one that a shadow would have chosen, by either's scores. */
export const ExpectedOfBoth = z
  .strictObject({
    active: ofBoth.describe('By the scores of what is in force'),
    candidate: ofBoth.describe('By those of the shadow'),
  })
  .meta({ id: 'ExpectedOfBoth', description: 'What was expected of both LLMs, by the scores of either side' });
export type ExpectedOfBoth = z.infer<typeof ExpectedOfBoth>;

export const Disagreement = z
  .strictObject({
    decision_id: DecisionId,
    at: z.iso.datetime(),
    model: LlmId.describe('The LLM that was chosen'),
    candidate: LlmId.describe('The one that the shadow would have chosen'),
    expected: ExpectedOfBoth.nullable().describe('Null for a moment, until it is written'),
    better: z
      .enum(['active', 'candidate', 'neither'])
      .nullable()
      .describe('Whose answer the judge found better; null where it was not asked'),
    query: z.string().nullable().describe('Its text, as far as the decision has it'),
    task: z.string().nullable(),
  })
  .meta({ id: 'Disagreement', description: 'A query that a shadow would have sent elsewhere' });
export type Disagreement = z.infer<typeof Disagreement>;

export const DisagreementList = z
  .strictObject({
    disagreements: z.array(Disagreement),
    next: DecisionId.nullable().describe('What to ask for as `before` to read on; null at the end'),
  })
  .meta({ id: 'DisagreementList' });
export type DisagreementList = z.infer<typeof DisagreementList>;

const MeanOfBoth = z.strictObject({
  decisions: z.int().describe('Of which it is known of both LLMs'),
  active: z.number(),
  candidate: z.number(),
});

const Means = z.strictObject({
  quality: MeanOfBoth.nullable(),
  cost_usd: MeanOfBoth.nullable(),
  latency_ms: MeanOfBoth.nullable(),
});

/** What a shadow came to, in all processes. */
export const ShadowResults = z
  .strictObject({
    compared: z.int().describe('Decisions beside which it decided, too'),
    agreed: z.int().describe('Of them, those where it would have chosen the same LLM'),
    dropped: z.int().describe('Decisions that it did not come to, as the service was busy'),
    failed: z.int().describe('Decisions beside which it found no candidate, or could not be asked'),
    expected: z
      .strictObject({
        active: Means.describe('By the scores of what is in force'),
        candidate: Means.describe('By those of the shadow'),
      })
      .describe('Means over the decisions that were compared, each side by the LLM that it chose'),
    models: z
      .array(z.strictObject({ model: LlmId, active: Fraction, candidate: Fraction }))
      .describe('Share of the decisions that each LLM got and would have got, most chosen first'),
    judged: z
      .strictObject({
        wins: z.int().describe('Disagreements where the answer of the shadow’s LLM was better'),
        losses: z.int(),
        ties: z.int(),
        advantage: z
          .strictObject({ mean: z.number(), low: z.number(), high: z.number() })
          .nullable()
          .describe(
            'Share of wins less share of losses, with an interval that may be looked at any time: it holds the truth ' +
              'at all times at once in 95 of 100 cases. Null where nothing was judged',
          ),
        spent_usd: z.number().describe('What is being spent at this moment counts as expected'),
      })
      .describe('Disagreements that both LLMs answered'),
  })
  .meta({ id: 'ShadowResults', description: 'What a shadow came to' });
export type ShadowResults = z.infer<typeof ShadowResults>;
