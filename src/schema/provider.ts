import { z } from 'zod';
import { Milliseconds } from './amounts.js';
import { LlmId } from './ids.js';
import { Name } from './name.js';

export const ProviderName = Name.brand<'ProviderName'>().meta({
  id: 'ProviderName',
  description: 'Name of a provider',
});
export type ProviderName = z.infer<typeof ProviderName>;

/** What a provider speaks. */
export const PROTOCOLS = ['openai', 'anthropic'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

const EnvName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable');
/** Headers that belong to the connection or the body, or carry a key. */
const OWN_HEADERS = new Set([
  'accept-encoding',
  'api-key',
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-api-key',
]);

/** Whether a header is set by Pointsman alone, whatever a client or a provider's `headers` say. */
export const isOwnHeader = (name: string): boolean => OWN_HEADERS.has(name.toLowerCase());

const HeaderName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9-]+$/, 'expected the name of a header')
  .refine((name) => !isOwnHeader(name), 'expected a header that Pointsman does not set itself');
const HeaderValue = z
  .string()
  .max(1000)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'expected the value of a header, without control characters');

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '' && hash === '';
}

/** Where LLMs can be called. It names where the secret is, and never holds it. */
export const ProviderBody = z
  .strictObject({
    base_url: z
      .url()
      .max(2000)
      .refine(isBaseUrl, 'expected an http or https URL without user, password and fragment')
      .describe(
        'With `/v1`, as OpenAI’s clients take it: https://api.openai.com/v1. It may be on this machine or the ' +
          'networks around it, as Ollama and vLLM are',
      ),
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
      .record(HeaderName, HeaderValue)
      .refine((headers) => Object.keys(headers).length <= 50, 'expected at most 50 headers')
      .optional()
      .describe('Sent with every call, such as `OpenAI-Organization`. No secrets: these are answered'),
    first_byte_ms: Milliseconds.min(1)
      .optional()
      .describe('Longest wait for the head of an answer; a minute unless given'),
    idle_ms: Milliseconds.min(1)
      .optional()
      .describe('Longest pause within an answer, give or take a second; two minutes unless given'),
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
  .refine((body) => body.key_env === undefined || body.key_file === undefined, {
    path: ['key_file'],
    message: 'expected none beside key_env',
  })
  .meta({ id: 'ProviderBody', description: 'Where LLMs can be called' });
export type ProviderBody = z.infer<typeof ProviderBody>;

/** A provider as it is answered. */
export const Provider = z
  .strictObject({ name: ProviderName, ...ProviderBody.shape })
  .meta({ id: 'Provider', description: 'Where LLMs can be called' });
export type Provider = z.infer<typeof Provider>;

/** How one deployment fares in one process. */
export const DeploymentFare = z
  .strictObject({
    model: LlmId.describe('The LLM'),
    deployment: z.string().describe('Its name at the provider'),
    priority: z.int(),
    state: z
      .enum(['closed', 'open', 'half_open'])
      .describe('closed: it is called; open: it is not; half_open: it is tried by one call at a time'),
    calls: z.int().describe('Last calls that count'),
    failures: z.int().describe('How many of them failed'),
    error: z.string().nullable().describe('What went wrong last'),
    retry_at: z.iso.datetime().nullable().describe('When it is tried again; null where it is closed'),
    held_until: z.iso.datetime().nullable().describe('Until when it gets nothing, as it said by `Retry-After`'),
    in_flight: z.int().describe('Calls at this moment'),
    full: z.string().nullable().describe('Which of its limits leaves no room for a call now; null where none does'),
  })
  .meta({ id: 'DeploymentFare', description: 'How a deployment fares in the process that answers' });
export type DeploymentFare = z.infer<typeof DeploymentFare>;

export const ProviderInfo = z
  .strictObject({
    ...Provider.shape,
    key: z
      .enum(['set', 'missing', 'none'])
      .describe('Whether the key is where the provider says it is; none: it names no place'),
    key_problem: z.string().nullable().describe('Why the key is missing; null where it is not'),
    deployments: z.array(DeploymentFare).describe('By LLM; of the process that answers'),
  })
  .meta({ id: 'ProviderInfo', description: 'A provider, and how its deployments fare' });
export type ProviderInfo = z.infer<typeof ProviderInfo>;

export const ProviderList = z.strictObject({ providers: z.array(ProviderInfo) }).meta({ id: 'ProviderList' });
