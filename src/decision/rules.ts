import { checkKnown } from '../schema/known-models.js';
import { rules as ruleSchemas, type Rules } from '../schema/policy.js';
import type { RouteRequest } from '../schema/route.js';

/** Fields of a request that name LLMs. */
const NAMING = ['models', 'exclude', 'pin'] as const;
const RULES: ReadonlySet<string> = new Set(Object.keys(ruleSchemas));

/** The rules that a request gives itself; null where it gives none, as most do. */
export function ownRules(request: RouteRequest): Rules | null {
  let own: Record<string, unknown> | null = null;
  for (const field in request) {
    const value = request[field as keyof RouteRequest];
    if (value !== undefined && RULES.has(field)) (own ??= {})[field] = value;
  }
  return own;
}

/** Throws `unknown_model` where a request names an LLM that is not known. */
export function checkNamed(request: RouteRequest, known: ReadonlySet<string>): void {
  for (const field of NAMING)
    if (request[field] !== undefined)
      checkKnown(
        request[field],
        (model) => known.has(model),
        (i) => `${field}[${i}]`,
      );
}
