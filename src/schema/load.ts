import { z } from 'zod';
import { LlmId } from './ids.js';

const Used = z.strictObject({ used: z.number(), limit: z.number() }).nullable();

export const LlmLoad = z
  .strictObject({
    model: LlmId,
    requests: Used.describe('In the last minute, against requests_per_minute; null where that is not declared'),
    tokens: Used.describe('In the last minute, against tokens_per_minute'),
    in_flight: Used.describe('Decisions without feedback or report yet, against in_flight'),
    price: z.number().describe('Quality points taken off its utility now, for a query of typical length'),
    full: z.string().nullable().describe('Why it is out of the rankings now; null where it is not'),
  })
  .meta({ id: 'LlmLoad', description: 'How much of its declared limits an LLM is used' });
export type LlmLoad = z.infer<typeof LlmLoad>;

/** Fields of {@link LlmLoad} that hold what is used of a limit. */
export const LIMIT_KINDS = ['requests', 'tokens', 'in_flight'] as const;

export const LoadList = z.strictObject({ models: z.array(LlmLoad) }).meta({ id: 'LoadList' });
