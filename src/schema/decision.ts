import { z } from 'zod';
import { CallShown } from './call.js';
import { CascadeRequest, StepReport } from './cascade.js';
import { InExperiment } from './experiment.js';
import { DecisionId, LlmId } from './ids.js';
import { Rules } from './policy.js';
import { Explanation, RankedLlm } from './route.js';

/** How long and how much of the log of decisions is kept. */
export const DecisionSettings = z
  .strictObject({
    max_age_days: z.number().positive().max(3650).default(30).describe('Decisions older than this are removed'),
    max_megabytes: z
      .number()
      .positive()
      .max(1_000_000)
      .default(1024)
      .describe('The oldest are removed when the log holds more text than this'),
    query_text_hours: z
      .number()
      .min(0)
      .max(87_600)
      .default(24)
      .describe(
        'How long the text of queries is kept, so that feedback needs to name only the decision; 0 to keep ' +
          'none, only its hash',
      ),
  })
  .meta({ id: 'DecisionSettings', description: 'How long and how much of the log of decisions is kept' });
export type DecisionSettings = z.infer<typeof DecisionSettings>;
export const DEFAULT_DECISION_SETTINGS: DecisionSettings = DecisionSettings.parse({});

export const Outcome = z
  .strictObject({
    model: LlmId,
    score: z.number().nullable().describe('Null where it has none'),
    cost_usd: z.number().nullable(),
    latency_ms: z.number().nullable(),
    error: z.string().nullable(),
    at: z.iso.datetime(),
    signal: z.string().optional().describe('What was observed, of a signal'),
    source: z.string().optional().describe('Who observed it'),
    weight: z.number().optional().describe('How much a signal counts; left out where it counts wholly'),
  })
  .meta({ id: 'Outcome', description: 'Feedback that named a decision' });
export type Outcome = z.infer<typeof Outcome>;

/** What came of decisions, as they are listed by it. */
export const OutcomeKind = z.enum(['none', 'any', 'good', 'bad', 'error']).meta({
  id: 'OutcomeKind',
  description:
    '`none`: no feedback; `any`: some; `good`: some with a score of .5 or more; `bad`: some with a lower one; ' +
    '`error`: the answer failed',
});
export type OutcomeKind = z.infer<typeof OutcomeKind>;

const summary = {
  decision_id: DecisionId,
  at: z.iso.datetime(),
  query_hash: z.string().describe('SHA-256 of the query, in hexadecimal'),
  query: z.string().nullable().describe('Its text; null where it is no longer kept'),
  task: z.string().nullable(),
  model: LlmId.describe('The LLM that was chosen'),
  version: z.string().nullable(),
  router: z.string(),
  policy: z.string(),
  propensity: z.number().describe('Probability with which it was chosen, given the query'),
  experiment: InExperiment.nullable().describe('The experiment whose arm decided; null where none did'),
  outcomes: z.array(Outcome).describe('What came of it, as feedback tells'),
  call: CallShown.nullable().describe('How the call went; null where Pointsman did not make it'),
};

export const DecisionSummary = z.strictObject(summary).meta({ id: 'DecisionSummary' });
export type DecisionSummary = z.infer<typeof DecisionSummary>;

export const DecisionList = z
  .strictObject({
    decisions: z.array(DecisionSummary),
    next: DecisionId.nullable().describe('`before` of the next page; null on the last one'),
  })
  .meta({ id: 'DecisionList' });

export const ConversationShown = z
  .strictObject({
    decisions: z.array(DecisionSummary).describe('Those of its calls, in the order in which they ended'),
    more: z.boolean().describe('Whether there were more before these'),
  })
  .meta({ id: 'Conversation', description: 'A conversation through the model endpoint' });

export const DecisionDetail = z
  .strictObject({
    ...summary,
    comments: z
      .array(
        z.strictObject({
          at: z.iso.datetime(),
          kind: z.enum(['comment', 'corrected']).describe('A comment, or the answer as it should have been'),
          text: z.string(),
        }),
      )
      .describe('What users wrote of its answer'),
    rules: Rules.describe('The rules it was made by: the policy’s and the request’s'),
    ranking: z.array(RankedLlm).describe('The first 100 candidates, the chosen one among them'),
    cascade: z
      .strictObject({ request: CascadeRequest, reports: z.array(StepReport) })
      .nullable()
      .describe('What a cascade was asked to reach, and how its steps went; null for a single call'),
    excluded: z
      .array(z.strictObject({ model: z.string(), constraint: z.string(), reason: z.string() }))
      .describe('100 at most'),
    explanation: Explanation.nullable().describe('Why this LLM. Null where the text of the query is no longer kept'),
    explained_by: z.string().nullable().describe('Version whose neighbours explain it: the one in force now'),
  })
  .meta({ id: 'DecisionDetail', description: 'A decision with all that decided it' });
export type DecisionDetail = z.infer<typeof DecisionDetail>;

const Quality = z.number().describe('Mean expected quality');
const Cost = z
  .number()
  .nullable()
  .describe(
    'Expected US dollars of these decisions; null where no cost is known. One without counts as the mean of the others',
  );

export const DaySummary = z
  .strictObject({
    day: z.iso.date().describe('In UTC'),
    decisions: z.int(),
    quality: Quality,
    cost_usd: Cost,
    models: z
      .array(
        z.strictObject({ model: z.string(), decisions: z.int(), share: z.number(), quality: Quality, cost_usd: Cost }),
      )
      .describe('Where queries went, most first'),
    best_single: z
      .strictObject({ model: z.string(), quality: Quality, cost_usd: Cost })
      .nullable()
      .describe(
        'Had all gone to the one LLM that is best in the mean (of those that were candidates for at least half)',
      ),
    always_best: z
      .strictObject({ quality: Quality, cost_usd: Cost })
      .describe('Had each gone to the candidate of highest expected quality, whatever its cost'),
    regret: z.number().describe('Expected quality given up against always_best, per decision'),
    observed: z
      .strictObject({
        answers: z.int(),
        score: z.number().nullable(),
        low: z.number().nullable().describe('95% interval of the score, over what might have been answered'),
        high: z.number().nullable(),
        cost_usd: z.number().nullable(),
        errors: z.int(),
      })
      .nullable()
      .describe('Means of the feedback of that day that named a decision (of cost: the sum); null where none came'),
  })
  .meta({ id: 'DaySummary', description: 'What was routed where on one day, and what it is worth' });
export type DaySummary = z.infer<typeof DaySummary>;
export const Summary = z.strictObject({ days: z.array(DaySummary) }).meta({ id: 'Summary' });
