import { z } from 'zod';
import { createExperimentControl } from '../../experiments/control.js';
import { shownDisagreements } from '../../decision/shadow-results.js';
import { ExperimentName } from '../../schema/experiment.js';
import { DecisionId } from '../../schema/ids.js';
import { DisagreementList } from '../../schema/shadow.js';
import type { Context } from '../context.js';
import { operation, type Operation } from '../kit/operation.js';

const ListQuery = z.strictObject({
  before: DecisionId.optional().describe('Only those from before this decision: `next` of the page before'),
  limit: z.int().min(1).max(1000).default(50),
});

export function disagreementOperations({
  ledger,
  decider,
  clock,
}: Pick<Context, 'ledger' | 'decider' | 'clock'>): Operation[] {
  const control = createExperimentControl({ ledger, clock });
  return [
    operation({
      method: 'GET',
      path: '/v1/experiments/{name}/disagreements',
      tag: 'experiments',
      scope: 'read',
      writes: false,
      summary: 'Queries that a shadow would have sent elsewhere, newest first',
      description: 'Its newest 1,000, as long as their decisions are kept.',
      params: { name: { schema: ExperimentName, description: 'Name of an experiment' } },
      query: ListQuery,
      answers: {
        200: { description: 'A page of disagreements; empty of what is no shadow', schema: DisagreementList },
      },
      errors: ['experiment_not_found'],
      async run({ params: { name }, query: { before, limit } }) {
        await control.get(name);
        await decider.flush();
        const found = await ledger.shadows.disagreements(name, { before, limit: limit + 1 });
        return {
          disagreements: await shownDisagreements(decider, found.slice(0, limit)),
          next: found.length > limit ? found[limit - 1]!.decision : null,
        };
      },
    }),
  ];
}
