import { PointsmanError } from '../base/errors.js';
import type { Caller } from '../live/keys.js';
import { CONSTRAINTS, DEFAULT_POLICY } from '../policy/named.js';
import { describe } from '../schema/parse.js';
import type { Rules } from '../schema/policy.js';
import type { Explanation, RouteRequest, RouteResponse } from '../schema/route.js';

function policyNotAllowed(field: string, expected: string, received: unknown): PointsmanError {
  const issue = { field, expected, received: describe(received) };
  return new PointsmanError('policy_not_allowed', `${field}: expected ${expected}, got ${issue.received}`, {
    issues: [issue],
  });
}

/** Throws `policy_not_allowed` for a policy that a caller may not route by. */
export function checkPolicy(name: string, { policies }: Pick<Caller, 'policies'>): void {
  if (policies?.includes(name) === false) throw policyNotAllowed('policy', `one of ${policies.join(', ')}`, name);
}

/** The policy that a request is routed by: the one it names, else the caller's first. */
export const policyOf = ({ policy }: Pick<RouteRequest, 'policy'>, { policies }: Pick<Caller, 'policies'>): string =>
  policy ?? policies?.[0] ?? DEFAULT_POLICY;

/**
 * The policy that a request is routed by. Throws `policy_not_allowed`, also
 * where a caller who may route by some policies alone gives a rule that is no constraint.
 */
export function policyFor(request: RouteRequest, own: Rules | null, { policies }: Caller): string {
  const name = policyOf(request, { policies });
  if (policies === null) return name;
  checkPolicy(name, { policies });
  for (const [rule, value] of Object.entries(own ?? {}))
    if (!CONSTRAINTS.has(rule)) throw policyNotAllowed(rule, 'none, as the policies of the key say it', value);
  return name;
}

/** Throws `model_not_allowed` where a request asks for an LLM that its caller may not be sent to. */
export function checkAllowed(request: RouteRequest, { models }: Caller): void {
  if (models === null) return;
  for (const field of ['models', 'pin'] as const)
    request[field]?.forEach((model, i) => {
      if (models.includes(model)) return;
      const issue = {
        field: `${field}[${i}]`,
        expected: 'an LLM that the key allows',
        received: JSON.stringify(model),
      };
      throw new PointsmanError(
        'model_not_allowed',
        `${issue.field}: expected ${issue.expected}, got ${issue.received}`,
        { issues: [issue] },
      );
    });
}

/** Stands for the text of a logged query. */
const UNREADABLE = '(a logged query, which takes the scope read to see)';

/** An explanation without what its caller may not see: texts of logged queries, and LLMs outside their list. */
export function seenBy(explanation: Explanation, caller: Caller): Explanation {
  const { models } = caller;
  const readable = caller.may('read');
  if (readable && models === null) return explanation;
  const isAllowed = (model: string): boolean => models === null || (models as readonly string[]).includes(model);
  return {
    ...explanation,
    neighbours: explanation.neighbours.map(({ query, similarity, scores }) => ({
      query: readable ? query : UNREADABLE,
      similarity,
      scores: Object.fromEntries(Object.entries(scores).filter(([model]) => isAllowed(model))),
    })),
    excluded: explanation.excluded.filter(({ model }) => isAllowed(model)),
  };
}

/** Throws where an answer names an LLM that its caller may not be sent to: nothing may lead out of the list. */
export function checkWithin({ model, ranking, fallbacks, cascade }: RouteResponse, { models }: Caller): void {
  if (models === null) return;
  const named = [
    model,
    ...ranking.map((llm) => llm.model),
    ...fallbacks,
    ...(cascade === undefined ? [] : [cascade.single.model, ...cascade.steps.map((step) => step.model)]),
  ];
  const outside = named.find((one) => !models.includes(one));
  if (outside !== undefined) throw new Error(`an answer leads to ${outside}, which its key does not allow`);
}
