import type { Request } from 'express';
import { PointsmanError } from '../base/errors.js';
import { allPolicies } from '../policy/named.js';
import { checkKnown } from '../schema/known-models.js';
import { parse } from '../schema/parse.js';
import { Policy, PolicyBody, PolicyList, PolicyName } from '../schema/policy.js';
import { bodyOf } from './body.js';
import { pathParameter, type Context } from './context.js';
import { sendJson, type Resource } from './resource.js';

const nameOf = (req: Request): string =>
  parse(PolicyName, pathParameter(req, 'name'), 'invalid_request', 'name in the path');

export function policyResources({ ledger, policies, readJson }: Context): Resource[] {
  function find(name: string): Policy {
    const found = allPolicies(ledger.readPolicies()).find((policy) => policy.name === name);
    if (found === undefined)
      throw new PointsmanError(
        'policy_not_found',
        `There is no policy ${JSON.stringify(name)}; GET /v1/policies lists those there are`,
      );
    return found;
  }

  return [
    {
      path: '/v1/policies',
      tag: 'policies',
      operations: {
        get: {
          summary: 'List the policies',
          answers: { 200: { description: 'All policies, by name', schema: PolicyList } },
          errors: [],
          handlers: [
            (_req, res) => sendJson(res, 200, JSON.stringify({ policies: allPolicies(ledger.readPolicies()) })),
          ],
        },
      },
    },
    {
      path: '/v1/policies/{name}',
      tag: 'policies',
      parameters: { name: { schema: PolicyName, description: 'Name of a policy' } },
      operations: {
        get: {
          summary: 'Read a policy',
          answers: { 200: { description: 'The policy', schema: Policy } },
          errors: ['policy_not_found'],
          handlers: [(req, res) => sendJson(res, 200, JSON.stringify(find(nameOf(req))))],
        },
        put: {
          summary: 'Make or replace a policy',
          description: 'Of a built-in name, it takes the built-in one’s place until it is deleted.',
          body: { schema: PolicyBody, required: true },
          answers: { 200: { description: 'Replaced', schema: Policy }, 201: { description: 'Made', schema: Policy } },
          errors: ['unknown_model'],
          handlers: [
            readJson,
            (req, res) => {
              const name = nameOf(req);
              const body = parse(PolicyBody, bodyOf(req));
              const known = new Set<string>(ledger.catalog.listLlms().map((llm) => llm.id));
              for (const field of ['models', 'exclude', 'pin'] as const)
                checkKnown(
                  body[field] ?? [],
                  (model) => known.has(model),
                  (i) => `${field}[${i}]`,
                );
              const isNew = !ledger.readPolicies().has(name);
              ledger.putPolicy(name, body);
              policies.refresh();
              sendJson(res, isNew ? 201 : 200, JSON.stringify(find(name)));
            },
          ],
        },
        delete: {
          summary: 'Remove a policy of your own',
          answers: { 204: { description: 'Removed; a built-in policy of that name is there again' } },
          errors: ['policy_not_found'],
          handlers: [
            (req, res) => {
              const name = nameOf(req);
              if (!ledger.deletePolicy(name))
                throw new PointsmanError(
                  'policy_not_found',
                  `There is no policy ${JSON.stringify(name)} of your own to remove; GET /v1/policies lists ` +
                    'those there are',
                );
              policies.refresh();
              res.writeHead(204).end();
            },
          ],
        },
      },
    },
  ];
}
