import { z } from 'zod';
import { Milliseconds } from './amounts.js';

export const ProviderName = z
  .string()
  .max(100)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
    'expected letters, digits, dots, dashes and underscores, the first a letter or digit',
  )
  .brand<'ProviderName'>()
  .meta({ id: 'ProviderName', description: 'Name of a provider' });
export type ProviderName = z.infer<typeof ProviderName>;

/** What a provider speaks. */
export const PROTOCOLS = ['openai', 'anthropic'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

const EnvName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable');
const HeaderName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9-]+$/, 'expected the name of a header');

/** Where LLMs can be called. It names where the secret is, and never holds it. */
export const ProviderBody = z
  .strictObject({
    base_url: z.url().max(2000).describe('With `/v1`, as OpenAI’s clients take it: https://api.openai.com/v1'),
    protocol: z
      .enum(PROTOCOLS)
      .default('openai')
      .describe('`openai` for whatever speaks its protocol (Azure, Mistral, Groq, vLLM, Ollama, LiteLLM, …)'),
    key_env: EnvName.optional().describe('Environment variable that has the key'),
    key_file: z.string().min(1).max(1000).optional().describe('File that has the key'),
    auth: z
      .enum(['bearer', 'api-key', 'x-api-key'])
      .optional()
      .describe('How the key is sent; `bearer` for `openai` and `x-api-key` for `anthropic` unless given'),
    headers: z
      .record(HeaderName, z.string().max(1000))
      .optional()
      .describe('Sent with every call, such as `OpenAI-Organization`. No secrets: these are answered'),
    first_byte_ms: Milliseconds.min(1)
      .optional()
      .describe('Longest wait for the head of an answer; a minute unless given'),
    idle_ms: Milliseconds.min(1).optional().describe('Longest pause within an answer; two minutes unless given'),
    connections: z.int().min(1).max(10_000).optional().describe('Most connections at once; 1,000 unless given'),
    responses: z
      .boolean()
      .optional()
      .describe(
        'Whether it has `/responses`; where it has not, such calls become chat completions. False unless given',
      ),
    stream_usage: z
      .boolean()
      .optional()
      .describe(
        'Whether it takes `stream_options.include_usage`, by which tokens of streams are known; true unless given',
      ),
  })
  .meta({ id: 'ProviderBody', description: 'Where LLMs can be called' });
export type ProviderBody = z.infer<typeof ProviderBody>;

/** A provider as it is answered. */
export const Provider = z
  .strictObject({ name: ProviderName, ...ProviderBody.shape })
  .meta({ id: 'Provider', description: 'Where LLMs can be called' });
export type Provider = z.infer<typeof Provider>;
