import { PointsmanError } from '../base/errors.js';
import type { Caller } from '../live/keys.js';
import { DEFAULT_POLICY } from '../policy/named.js';
import type { RouteRequest, RouteResponse } from '../schema/route.js';

/** The policy that a request is routed by: the one it names, else the caller's first. Throws `policy_not_allowed`. */
export function policyFor({ policy }: RouteRequest, { policies }: Caller): string {
  if (policies === null) return policy ?? DEFAULT_POLICY;
  const name = policy ?? policies[0]!;
  if (policies.includes(name)) return name;
  const issue = { field: 'policy', expected: `one of ${policies.join(', ')}`, received: JSON.stringify(name) };
  throw new PointsmanError('policy_not_allowed', `policy: expected ${issue.expected}, got ${issue.received}`, {
    issues: [issue],
  });
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
