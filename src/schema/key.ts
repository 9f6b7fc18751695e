import { z } from 'zod';
import { KeyId, LlmId, TenantId } from './ids.js';
import { PolicyName } from './policy.js';
import { KeyTexts } from './texts.js';
import { Timestamp } from './time.js';

/** What a caller may do. `admin` may do everything. */
export const SCOPES = ['route', 'feedback', 'call', 'read', 'admin'] as const;
export const Scope = z.enum(SCOPES).meta({ id: 'Scope', description: 'What a key may do; admin may do everything' });
export type Scope = z.infer<typeof Scope>;

const KeyPerMinute = z.int().min(1).max(1_000_000_000);
const Dollars = z.number().positive().max(1_000_000_000);

/** How much a key may use; what is left out is not limited. */
export const KeyLimits = z
  .strictObject({
    requests_per_minute: KeyPerMinute.optional().describe('In any 60 seconds; each query of a batch counts as one'),
    tokens_per_minute: KeyPerMinute.optional().describe('Tokens of queries in any 60 seconds'),
    usd_per_day: Dollars.optional().describe('Expected cost of what was decided in a day (UTC)'),
    usd_per_month: Dollars.optional().describe('Expected cost of what was decided in a month (UTC)'),
  })
  .meta({ id: 'KeyLimits', description: 'How much a key may use' });
export type KeyLimits = z.infer<typeof KeyLimits>;

const KeyName = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]*$/u, 'expected a name without control characters');

/** What a key is made of. */
export const KeyRequest = z
  .strictObject({
    name: KeyName.describe('Whose it is, or what for'),
    scopes: z
      .array(Scope)
      .min(1)
      .max(SCOPES.length)
      .overwrite((scopes) => SCOPES.filter((scope) => scopes.includes(scope))),
    tenant: TenantId.optional().describe('Label of what is stored by this key'),
    models: z.array(LlmId).min(1).max(1000).optional().describe('The only LLMs that it is ever sent to'),
    policies: z
      .array(PolicyName)
      .min(1)
      .max(100)
      .optional()
      .describe(
        'The only policies that it may route by, the first where a request names none; a request may then narrow ' +
          'their rules, and not widen them',
      ),
    expires_at: Timestamp.optional(),
    limits: KeyLimits.optional(),
    texts: KeyTexts.optional().describe('What is kept of texts that come by it, whatever /v1/texts says'),
    exploration: z
      .boolean()
      .default(true)
      .describe('Whether its queries may go to an LLM that is chosen by chance, where a policy explores'),
  })
  .meta({ id: 'KeyRequest', description: 'A key to make' });
export type KeyRequest = z.infer<typeof KeyRequest>;

/** Longest that the secret before a rotation goes on being good, in hours. */
const MAX_OVERLAP_HOURS = 24 * 90;
export const KeyRotation = z
  .strictObject({
    overlap_hours: z
      .number()
      .min(0)
      .max(MAX_OVERLAP_HOURS)
      .default(24)
      .describe('How long the secret before this goes on being good'),
  })
  .meta({ id: 'KeyRotation' });
export type KeyRotation = z.infer<typeof KeyRotation>;

const info = {
  id: KeyId,
  name: KeyName,
  scopes: z.array(Scope),
  tenant: TenantId.nullable(),
  models: z.array(LlmId).nullable().describe('Null for all'),
  policies: z.array(PolicyName).nullable().describe('Null for all'),
  limits: KeyLimits,
  texts: KeyTexts.nullable().describe('Null for what /v1/texts says'),
  exploration: z.boolean().describe('Whether its queries may go to an LLM that is chosen by chance'),
  created_at: Timestamp,
  expires_at: Timestamp.nullable(),
  previous_until: Timestamp.nullable().describe('Until when the secret before the last rotation is good'),
  revoked_at: Timestamp.nullable(),
  used: z
    .strictObject({
      requests: z.number().describe('In the last minute'),
      tokens: z.number().describe('In the last minute'),
      usd_today: z.number(),
      usd_this_month: z.number(),
    })
    .describe('What was counted against its limits; what is not limited is not counted'),
};

export const KeyInfo = z.strictObject(info).meta({ id: 'KeyInfo', description: 'A key, without its secret' });
export type KeyInfo = z.infer<typeof KeyInfo>;
export const KeyList = z.strictObject({ keys: z.array(KeyInfo) }).meta({ id: 'KeyList' });

export const KeyMade = z
  .strictObject({ key: z.string().describe('The whole key. It is shown this once'), ...info })
  .meta({ id: 'KeyMade' });
export type KeyMade = z.infer<typeof KeyMade>;

/** Who asks. */
export const CallerInfo = z
  .strictObject({
    key: KeyId.nullable().describe('Public id of the key that came; null where none did, or none that is good'),
    name: z.string(),
    scopes: z.array(Scope).describe('What they may'),
    tenant: TenantId.nullable(),
    models: z.array(LlmId).nullable().describe('The only LLMs that they may be sent to; null for all'),
    policies: z.array(z.string()).nullable().describe('The only policies that they may route by; null for all'),
    keys: z.boolean().describe('Whether there are keys, so that one is asked for'),
  })
  .meta({ id: 'CallerInfo' });
export type CallerInfo = z.infer<typeof CallerInfo>;
