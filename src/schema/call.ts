import { z } from 'zod';

const tokens = z.int().nullable();

/** A call through the model endpoint, as it is shown: times in milliseconds, null where nobody said. */
export const CallShown = z
  .strictObject({
    at: z.iso.datetime().describe('When it ended'),
    api: z.string().describe('Form of the call: chat, responses, messages or embeddings'),
    model: z.string().describe('The LLM whose answer was sent'),
    provider: z.string().nullable(),
    session: z.string().nullable().describe('SHA-256 of whose conversation it is'),
    tenant: z.string().nullable(),
    status: z.int().describe('HTTP status that was answered; 499 where the client went away first'),
    error: z.string().nullable().describe('Class of the error, as `timeout`; null where there was none'),
    failed: z.int().describe('Calls that failed before this one'),
    ttft_ms: z.number().nullable().describe('Until the first byte of the answer'),
    total_ms: z.number().describe('Until its last'),
    prompt_tokens: tokens,
    completion_tokens: tokens,
    cached_tokens: tokens.describe('Of prompt_tokens: read from the provider’s cache'),
    cache_written_tokens: tokens.describe('Of prompt_tokens: written to it'),
    reasoning_tokens: tokens.describe('Of completion_tokens: thought, and not shown'),
    cost_usd: z.number().nullable(),
    finish: z.string().nullable().describe('Why the answer ended, as `stop` or `length`'),
  })
  .meta({ id: 'Call', description: 'How the call went, of a decision that was made by the model endpoint' });
export type CallShown = z.infer<typeof CallShown>;
