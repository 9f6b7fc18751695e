import { checkKnown } from '../schema/known-models.js';
import { rules as ruleSchemas, type Rules } from '../schema/policy.js';
import type { RouteRequest } from '../schema/route.js';

/** Rules that name LLMs. */
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

/**
 * Throws `unknown_model` where rules name an LLM that is not known.
 *
 * @param within where the rules stand, as `body.`
 */
export function checkNamed(rules: Rules, known: ReadonlySet<string>, within = ''): void {
  const check = (named: readonly string[] | undefined, field: string): void => {
    if (named === undefined) return;
    checkKnown(
      named,
      (model) => known.has(model),
      (i) => `${within}${field}[${i}]`,
    );
  };
  for (const field of NAMING) check(rules[field], field);
  if (typeof rules.exploration === 'object') check(rules.exploration.exclude, 'exploration.exclude');
}
