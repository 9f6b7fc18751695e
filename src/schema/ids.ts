import { z } from 'zod';

const name = (what: string) =>
  z
    .string()
    .min(1)
    .max(200)
    .regex(
      /^[^\s\p{Cc}](?:[^\p{Cc}]*[^\s\p{Cc}])?$/u,
      `expected ${what} without spaces at its ends and without control characters`,
    );

/** Id of an LLM: `openai/gpt-5-mini` or any string the team uses. */
export const LlmId = name('an LLM id')
  .brand<'LlmId'>()
  .meta({ id: 'LlmId', description: 'Id of an LLM, such as openai/gpt-5-mini' });
export type LlmId = z.infer<typeof LlmId>;

export const TaskId = name('a task id')
  .brand<'TaskId'>()
  .meta({ id: 'TaskId', description: 'Id of a task, such as gsm8k' });
export type TaskId = z.infer<typeof TaskId>;

export const DomainId = name('a domain id').brand<'DomainId'>();
export type DomainId = z.infer<typeof DomainId>;

export const FamilyId = name('a family id').brand<'FamilyId'>();
export type FamilyId = z.infer<typeof FamilyId>;

/** Label of whom a key belongs to. */
export const TenantId = name('a tenant label')
  .brand<'TenantId'>()
  .meta({ id: 'TenantId', description: 'Label of a tenant' });
export type TenantId = z.infer<typeof TenantId>;

/** The public part of a key. */
export const KeyId = z
  .string()
  .regex(/^[0-9a-f]{16}$/, 'expected 16 hex digits')
  .brand<'KeyId'>()
  .meta({ id: 'KeyId', description: 'Public id of a key' });
export type KeyId = z.infer<typeof KeyId>;

/** UUID version 7, so that decisions sort by time. */
export const DecisionId = z
  .uuid('expected a UUID')
  .brand<'DecisionId'>()
  .meta({ id: 'DecisionId', description: 'Id of a decision (UUID)' });
export type DecisionId = z.infer<typeof DecisionId>;

const ENDS_WITH_DECISION = /(?:^|_)([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

/** Id of an answer of the model endpoint, as the client saw it: it ends with that of its decision, which it becomes. */
export const AnswerId = z
  .string()
  .max(500)
  .regex(ENDS_WITH_DECISION, 'expected the id of an answer, which ends with that of its decision')
  .transform((id) => ENDS_WITH_DECISION.exec(id)![1]!.toLowerCase())
  .pipe(DecisionId)
  .meta({ description: 'Id of an answer of the model endpoint; it ends with that of its decision' });

/** Version of an artifact: the first 16 hex digits of the hash of what it was trained from. */
export const Version = z
  .string()
  .regex(/^[0-9a-f]{16}$/, 'expected 16 hex digits')
  .brand<'Version'>()
  .meta({ id: 'Version', description: 'Version of a trained artifact' });
export type Version = z.infer<typeof Version>;
