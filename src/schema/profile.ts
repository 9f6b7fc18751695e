import { z } from 'zod';
import { Fraction } from './fraction.js';
import { FamilyId, LlmId, TaskId } from './ids.js';

const Name = z.string().min(1).max(100);
const Names = z.array(Name).max(100);

/** How much may be asked of an LLM; what is left out is not limited. */
export const LlmLimits = z
  .strictObject({
    requests_per_minute: z.number().positive().optional(),
    tokens_per_minute: z.number().positive().optional().describe('Tokens of queries and answers together'),
    in_flight: z.int().positive().optional().describe('Queries that it answers at the same time'),
    in_flight_timeout_ms: z
      .int()
      .positive()
      .optional()
      .describe(
        'How long a query without feedback or report counts as in flight; unless told, three times its usual ' +
          'latency, or a minute where that is not known',
      ),
  })
  .meta({ id: 'LlmLimits', description: 'How much may be asked of an LLM' });
export type LlmLimits = z.infer<typeof LlmLimits>;

/** What is declared of one LLM. Every field but the id may be missing: what is unknown is learned or masked. */
export const LlmProfile = z
  .strictObject({
    id: LlmId,
    revision: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('Version behind the id: where it becomes another, answers of the one before count little from then on'),
    description: z.string().max(20_000).optional(),
    family: FamilyId.optional(),
    size_b: z.number().positive().optional().describe('Parameters, in billions'),
    input_price: z.number().min(0).optional().describe('US dollars per million input tokens'),
    output_price: z.number().min(0).optional().describe('US dollars per million output tokens'),
    context_tokens: z.int().positive().optional().describe('Longest context, in tokens'),
    latency_ms: z.number().min(0).optional().describe('Typical latency of one answer, in milliseconds'),
    benchmarks: z.record(TaskId, Fraction).optional().describe('Public benchmark scores per task, in [0, 1]'),
    capabilities: Names.optional().describe('What it can do: `tools`, `vision`, `json`, or names of your own'),
    languages: Names.optional().describe('Languages that it is good at, such as `en`'),
    regions: Names.optional().describe('Where its data may be processed, such as `eu`'),
    limits: LlmLimits.optional(),
    tags: Names.optional(),
  })
  .meta({ id: 'LlmProfile', description: 'Declared facts of one LLM' });
export type LlmProfile = z.infer<typeof LlmProfile>;
