import { z } from 'zod';
import { BillionParameters, ContextTokens, Milliseconds, MOST, PerMinute, TokenPrice } from './amounts.js';
import { Fraction } from './fraction.js';
import { DomainId, FamilyId, LlmId, TaskId } from './ids.js';
import { AnyJson } from './json.js';
import { ProviderName } from './provider.js';
import { FreeLines } from './text.js';

const Name = z.string().min(1).max(100);
const Names = z.array(Name).max(100);

/** How much may be asked of an LLM; what is left out is not limited. */
export const LlmLimits = z
  .strictObject({
    requests_per_minute: PerMinute.optional(),
    tokens_per_minute: PerMinute.optional().describe('Tokens of queries and answers together'),
    in_flight: z.int().positive().max(1e6).optional().describe('Queries that it answers at the same time'),
    in_flight_timeout_ms: z
      .int()
      .positive()
      .max(MOST.milliseconds)
      .optional()
      .describe(
        'How long a query without feedback or report counts as in flight; unless told, three times its usual ' +
          'latency, or a minute where that is not known',
      ),
  })
  .meta({ id: 'LlmLimits', description: 'How much may be asked of an LLM' });
export type LlmLimits = z.infer<typeof LlmLimits>;

/** Where an LLM can be called. */
export const Deployment = z
  .strictObject({
    provider: ProviderName,
    model: z.string().min(1).max(500).describe('Its name there'),
    priority: z.int().min(0).max(100).optional().describe('Those of a lower number are called first; 0 unless given'),
    limits: LlmLimits.optional().describe('How much may be asked of this deployment alone'),
  })
  .meta({ id: 'Deployment', description: 'Where an LLM can be called: a provider, and its name there' });
export type Deployment = z.infer<typeof Deployment>;

export const LEARNING_CONFIGS = ['trainable_gnn', 'static'] as const;
export const MODALITIES = ['text', 'image', 'audio', 'video', 'file'] as const;

/** A kind of work that an LLM is declared good at. */
export const TaskType = z
  .strictObject({
    task: TaskId,
    granularity: Name.optional().describe('What one measurement is of, such as `query-level`'),
    metrics: z
      .record(Name, z.number().min(-1e9).max(1e9))
      .optional()
      .describe('What was measured there, by name; which mean quality, and how: GET /v1/metrics'),
    domains: z.array(DomainId).max(100).optional().describe('Fields that it is suitable for, such as `news`'),
  })
  .meta({ id: 'TaskType', description: 'A kind of work that an LLM is declared good at' });
export type TaskType = z.infer<typeof TaskType>;

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
    description: FreeLines(20_000).optional(),
    family: FamilyId.optional(),
    size_b: BillionParameters.optional().describe('Parameters, in billions'),
    input_price: TokenPrice.optional().describe('US dollars per million input tokens'),
    output_price: TokenPrice.optional().describe('US dollars per million output tokens'),
    cached_input_price: TokenPrice.optional().describe(
      'US dollars per million input tokens that the provider has cached',
    ),
    context_tokens: ContextTokens.optional().describe('Longest context, in tokens'),
    latency_ms: Milliseconds.optional().describe('Typical latency of one answer, in milliseconds'),
    latency_p90_ms: Milliseconds.optional().describe('Latency that nine of ten answers keep within, in ms'),
    benchmarks: z.record(TaskId, Fraction).optional().describe('Public benchmark scores per task, in [0, 1]'),
    task_types: z
      .array(TaskType)
      .max(200)
      .refine((types) => new Set(types.map(({ task }) => task)).size === types.length, 'expected each task once')
      .optional()
      .describe('Kinds of work that it is declared good at'),
    capabilities: Names.optional().describe('What it can do: `tools`, `vision`, `json`, or names of your own'),
    languages: Names.optional().describe('Languages that it is good at, such as `en`'),
    regions: Names.optional().describe('Where its data may be processed, such as `eu`'),
    limits: LlmLimits.optional(),
    deployments: z
      .array(Deployment)
      .max(50)
      .optional()
      .describe('Where it can be called: they share its profile, and have breakers and limits of their own'),
    tags: Names.optional(),
    modalities: z.array(z.enum(MODALITIES)).max(10).optional().describe('What it reads'),
    learning_config: z
      .enum(LEARNING_CONFIGS)
      .optional()
      .describe(
        '`static`: what is declared stands, whatever interactions say. `trainable_gnn`, as by default: they move it',
      ),
    sources: z
      .array(z.strictObject({ source: z.string().min(1).max(500), date: z.iso.date() }))
      .max(20)
      .optional()
      .describe('Where facts are from, and when they were read there'),
    extra: z.record(z.string().min(1).max(200), AnyJson).optional().describe('What it declares that has no field here'),
  })
  .meta({ id: 'LlmProfile', description: 'Declared facts of one LLM' });
export type LlmProfile = z.infer<typeof LlmProfile>;

/** Whether what is declared of an LLM stands, whatever interactions say. */
export const isStatic = ({ learning_config: learning }: LlmProfile): boolean => learning === 'static';
