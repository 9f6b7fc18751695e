import { z } from 'zod';
import { strengthsOfAll } from '../../catalog/strengths.js';
import { GROUPINGS, StrengthList } from '../../schema/known-profile.js';
import type { Context } from '../context.js';
import { operation, type Operation } from '../kit/operation.js';

export function strengthOperations({ ledger, live, clock }: Pick<Context, 'ledger' | 'live' | 'clock'>): Operation[] {
  return [
    operation({
      method: 'GET',
      path: '/v1/strengths',
      tag: 'models',
      scope: 'read',
      writes: false,
      summary: 'Compare what all LLMs are expected to do',
      description: 'Of one LLM, `GET /v1/models/{id}` says more.',
      query: z.strictObject({
        by: z.enum(GROUPINGS).optional().describe('Whether by task or by kind of query too; only overall unless given'),
      }),
      answers: { 200: { description: 'Every LLM, by id', schema: StrengthList } },
      errors: [],
      run: ({ query: { by } }) => strengthsOfAll({ ledger, scorer: live.scorer.current(), clock }, by),
    }),
  ];
}
