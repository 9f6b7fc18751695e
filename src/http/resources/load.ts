import { LoadList } from '../../schema/load.js';
import type { Context } from '../context.js';
import { operation, type Operation } from '../kit/operation.js';

export function loadOperations({ live: { load } }: Pick<Context, 'live'>): Operation[] {
  return [
    operation({
      method: 'GET',
      path: '/v1/load',
      tag: 'health',
      scope: 'read',
      writes: false,
      summary: 'How near LLMs are to their declared limits',
      answers: { 200: { description: 'Every LLM that declares limits, by id', schema: LoadList } },
      errors: [],
      run: async () => ({ models: await load.read() }),
    }),
  ];
}
