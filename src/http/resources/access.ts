import { CallerInfo, SCOPES } from '../../schema/key.js';
import type { Context } from '../context.js';
import { operation, type Operation } from '../kit/operation.js';

export function accessOperations({ live }: Pick<Context, 'live'>): Operation[] {
  return [
    operation({
      method: 'GET',
      path: '/v1/access',
      tag: 'access',
      scope: null,
      writes: false,
      summary: 'Who asks, and what they may',
      answers: { 200: { description: 'Of the key that came, or of none', schema: CallerInfo } },
      errors: [],
      run: ({ caller }) => ({
        key: caller.key,
        name: caller.name,
        scopes: SCOPES.filter((scope) => caller.may(scope)),
        tenant: caller.tenant,
        models: caller.models,
        policies: caller.policies,
        keys: live.keys.any(),
      }),
    }),
  ];
}
