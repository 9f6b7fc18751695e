import { PointsmanError } from '../../base/errors.js';
import { checkNamed } from '../../decision/rules.js';
import { allPolicies } from '../../policy/named.js';
import { createPreviewer } from '../../measure/preview/preview.js';
import { Policy, PolicyBody, PolicyList, PolicyName } from '../../schema/policy.js';
import { Preview, PreviewRequest } from '../../schema/preview.js';
import type { Context } from '../context.js';
import { valueReply } from '../kit/answer.js';
import { operation, requiredBody, type Operation } from '../kit/operation.js';

const params = { name: { schema: PolicyName, description: 'Name of a policy' } };

export function policyOperations({
  ledger,
  live,
  decider,
  clock,
}: Pick<Context, 'ledger' | 'live' | 'decider' | 'clock'>): Operation[] {
  const previewer = createPreviewer({ ledger, live, clock, flush: () => decider.flush() });

  async function find(name: string): Promise<Policy> {
    const found = allPolicies(await ledger.policies.list()).find((policy) => policy.name === name);
    if (found === undefined)
      throw new PointsmanError(
        'policy_not_found',
        `There is no policy ${JSON.stringify(name)}; GET /v1/policies lists those there are`,
      );
    return found;
  }

  /** Throws `unknown_model` for an LLM that the catalogue does not have. */
  async function checkModels(body: PolicyBody, within = ''): Promise<void> {
    checkNamed(body, new Set((await ledger.catalog.list()).map((llm) => llm.id)), within);
  }

  return [
    operation({
      method: 'GET',
      path: '/v1/policies',
      tag: 'policies',
      scope: 'read',
      writes: false,
      summary: 'List the policies',
      answers: { 200: { description: 'All policies, by name', schema: PolicyList } },
      errors: [],
      run: async () => ({ policies: allPolicies(await ledger.policies.list()) }),
    }),
    operation({
      method: 'POST',
      path: '/v1/policies/preview',
      tag: 'policies',
      scope: 'read',
      writes: false,
      summary: 'Estimate what a policy would have earned',
      description:
        'From logged decisions and what came of them: quality, cost, latency and share of each LLM, beside the ' +
        'policy in force. Previews run one after another, off the way of routing.',
      body: requiredBody(PreviewRequest),
      answers: { 200: { description: 'What it would have earned', schema: Preview } },
      errors: [
        'unknown_policy',
        'unknown_model',
        'version_not_found',
        'artifact_damaged',
        'no_data',
        'encoder_unavailable',
      ],
      async run({ body, caller }) {
        if (body.body !== undefined) await checkModels(body.body, 'body.');
        return previewer.preview(body, caller.may('read'));
      },
    }),
    operation({
      method: 'GET',
      path: '/v1/policies/{name}',
      tag: 'policies',
      scope: 'read',
      writes: false,
      summary: 'Read a policy',
      params,
      answers: { 200: { description: 'The policy', schema: Policy } },
      errors: ['policy_not_found'],
      run: ({ params: { name } }) => find(name),
    }),
    operation({
      method: 'PUT',
      path: '/v1/policies/{name}',
      tag: 'policies',
      scope: 'admin',
      writes: ['policies'],
      summary: 'Make or replace a policy',
      description: 'Of a built-in name, it takes the built-in one’s place until it is deleted.',
      params,
      body: requiredBody(PolicyBody),
      answers: { 200: { description: 'Replaced', schema: Policy }, 201: { description: 'Made', schema: Policy } },
      errors: ['unknown_model'],
      async run({ params: { name }, body }) {
        await checkModels(body);
        const isNew = await ledger.policies.put(name, body);
        return valueReply(await find(name), { status: isNew ? 201 : 200 });
      },
    }),
    operation({
      method: 'DELETE',
      path: '/v1/policies/{name}',
      tag: 'policies',
      scope: 'admin',
      writes: ['policies'],
      summary: 'Remove a policy of your own',
      params,
      answers: { 204: { description: 'Removed; a built-in policy of that name is there again' } },
      errors: ['policy_not_found'],
      async run({ params: { name } }) {
        if (!(await ledger.policies.delete(name)))
          throw new PointsmanError(
            'policy_not_found',
            `There is no policy ${JSON.stringify(name)} of your own to remove; GET /v1/policies lists those there are`,
          );
        return undefined;
      },
    }),
  ];
}
