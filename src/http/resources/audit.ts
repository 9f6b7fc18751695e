import { z } from 'zod';
import { AuditList } from '../../schema/audit.js';
import { SearchText } from '../../schema/text.js';
import type { Context } from '../context.js';
import { operation, type Operation } from '../kit/operation.js';

const AuditQuery = z.strictObject({
  before: z.int().min(1).max(1e15).optional().describe('Only entries from before this one: `next` of the page before'),
  search: SearchText.optional().describe(
    'Only those that have this in their operation, their path, or the name, key or address of who it was; letters ' +
      'from A to Z in either case',
  ),
  limit: z.int().min(1).max(1000).default(50),
});

export function auditOperations({ ledger: { audit } }: Pick<Context, 'ledger'>): Operation[] {
  return [
    operation({
      method: 'GET',
      path: '/v1/audit',
      tag: 'access',
      scope: 'admin',
      writes: false,
      summary: 'What administrators changed, newest first',
      description: 'Who, what, and the state before and after. The log is only added to.',
      query: AuditQuery,
      answers: { 200: { description: 'A page of changes', schema: AuditList } },
      errors: [],
      async run({ query: { before, search, limit } }) {
        const found = await audit.list({ before, search, limit: limit + 1 });
        return { entries: found.slice(0, limit), next: found.length > limit ? found[limit - 1]!.id : null };
      },
    }),
  ];
}
