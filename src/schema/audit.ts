import { z } from 'zod';
import { KeyId } from './ids.js';

/** Who changed something. */
export const Actor = z
  .strictObject({
    via: z.enum(['http', 'cli', 'service']),
    key: KeyId.nullable().describe('Null where no key was asked for'),
    name: z.string().describe('Of the key, of the user of the operating system, or of what the service did by itself'),
    address: z.string().nullable().describe('Where the request came from; null for the command line'),
  })
  .meta({ id: 'Actor', description: 'Who changed something' });
export type Actor = z.infer<typeof Actor>;

/** One change. */
export const AuditEntry = z
  .strictObject({
    id: z.int(),
    at: z.iso.datetime(),
    actor: Actor,
    action: z.string().describe('The operation, as `PUT /v1/policies/{name}`, or the command'),
    target: z.string().describe('What was changed, as a path'),
    before: z.unknown().describe('As it was; null where it was not there, or has no state of its own'),
    after: z.unknown().describe('As it is since; null where it is gone'),
  })
  .meta({ id: 'AuditEntry', description: 'What an administrator changed' });
export type AuditEntry = z.infer<typeof AuditEntry>;

export const AuditList = z
  .strictObject({
    entries: z.array(AuditEntry),
    next: z.int().nullable().describe('`before` of the next page; null on the last one'),
  })
  .meta({ id: 'AuditList', description: 'Changes, newest first' });
