import { z } from 'zod';
import { FamilyId, LlmId, TaskId } from './ids.js';

/** What is declared of one LLM. Every field but the id may be missing: what is unknown is learned or masked. */
export const LlmProfile = z
  .strictObject({
    id: LlmId,
    description: z.string().max(20_000).optional(),
    family: FamilyId.optional(),
    size_b: z.number().positive().optional().describe('Parameters, in billions'),
    input_price: z.number().min(0).optional().describe('US dollars per million input tokens'),
    output_price: z.number().min(0).optional().describe('US dollars per million output tokens'),
    context_tokens: z.int().positive().optional().describe('Longest context, in tokens'),
    latency_ms: z.number().min(0).optional().describe('Typical latency of one answer, in milliseconds'),
    benchmarks: z.record(TaskId, z.number().min(0).max(1)).optional().describe('Public benchmark scores per task, in [0, 1]'),
    tags: z.array(z.string().min(1).max(100)).max(100).optional(),
  })
  .meta({ id: 'LlmProfile', description: 'Declared facts of one LLM' });
export type LlmProfile = z.infer<typeof LlmProfile>;
