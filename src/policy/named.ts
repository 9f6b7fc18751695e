import { PointsmanError } from '../base/errors.js';
import { BUILT_IN_POLICIES, type Policy, type PolicyBody, type Rules } from '../schema/policy.js';

/** Used where a request names none: what measured best on quality is what is served. */
export const DEFAULT_POLICY = 'quality';

/**
 * The policies that need not be made. `balanced` gives up to seven points of quality for what is cheaper, and two for
 * what is faster, whatever prices are: on held-out queries it is better than the best single LLM at under half its cost
 * (docs/learning.md). `cost` and `latency` go by money and time: half a point a hundredth of a US cent, 2.5 points a
 * second.
 */
export const POLICIES: Record<(typeof BUILT_IN_POLICIES)[number], PolicyBody> = {
  quality: {},
  balanced: { relative_cost_weight: 0.07, relative_latency_weight: 0.02 },
  cost: { cost_weight: 0.5 },
  latency: { latency_weight: 0.025 },
};

/** All policies, by name: those that are kept, which may replace built-in ones, and the other built-in ones. */
export function allPolicies(kept: ReadonlyMap<string, PolicyBody>): Policy[] {
  const builtIn = Object.entries(POLICIES)
    .filter(([name]) => !kept.has(name))
    .map(([name, body]): Policy => ({ name, built_in: true, ...body }));
  return [...builtIn, ...Array.from(kept, ([name, body]): Policy => ({ name, built_in: false, ...body }))].toSorted(
    (a, b) => (a.name < b.name ? -1 : 1),
  );
}

/**
 * The policy of a name. Throws `unknown_policy` with the names that there are.
 *
 * @param field where the name stands
 */
export function policyOf(name: string, kept: ReadonlyMap<string, PolicyBody>, field = 'policy'): PolicyBody {
  const found = kept.get(name) ?? (Object.hasOwn(POLICIES, name) ? POLICIES[name as keyof typeof POLICIES] : undefined);
  if (found !== undefined) return found;
  const issue = {
    field,
    expected: `one of ${allPolicies(kept)
      .map((policy) => policy.name)
      .join(', ')}`,
    received: JSON.stringify(name),
  };
  throw new PointsmanError('unknown_policy', `${field}: expected ${issue.expected}, got ${issue.received}`, {
    issues: [issue],
  });
}

/** Lists that hold for a policy and a request alike: either may forbid, neither may allow what the other forbids. */
const intersection = <T>(a: T[] | undefined, b: T[] | undefined): T[] | undefined =>
  a === undefined || b === undefined ? (a ?? b) : b.filter((one) => a.includes(one));
const union = <T>(a: T[] | undefined, b: T[] | undefined): T[] | undefined =>
  a === undefined || b === undefined ? (a ?? b) : [...new Set([...a, ...b])];

const least = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
const most = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);

/** Rules that only say who is no candidate: a request that may not widen a policy may give these. */
export const CONSTRAINTS: ReadonlySet<string> = new Set<keyof Rules>([
  'models',
  'exclude',
  'capabilities',
  'languages',
  'regions',
  'context_tokens',
  'max_cost_usd',
  'max_latency_ms',
  'min_quality',
]);

/** The rules of a policy with constraints of a request's own; of two bounds, the narrower one counts. */
export function narrowedBy(policy: PolicyBody, own: Rules): Rules {
  return withRequest(policy, {
    models: own.models,
    exclude: own.exclude,
    capabilities: own.capabilities,
    languages: own.languages,
    regions: own.regions,
    ...bounds({
      max_cost_usd: least(policy.max_cost_usd, own.max_cost_usd),
      max_latency_ms: least(policy.max_latency_ms, own.max_latency_ms),
      min_quality: most(policy.min_quality, own.min_quality),
      context_tokens: most(policy.context_tokens, own.context_tokens),
    }),
  });
}

/** Without those that nobody set: they would take the place of a policy's. */
const bounds = (rules: Rules): Rules =>
  Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined));

/** What a policy says of how a query is routed to one LLM. */
export const policyRules = ({ description: _description, cascade: _cascade, ...rules }: PolicyBody): Rules => rules;

/**
 * The rules of a policy with a request's own. Numbers and choices are the request's where it gives them. What is
 * forbidden by either stays so: an LLM must be in both lists of `models`, in neither of `exclude`, and have what both
 * ask for.
 */
export function withRequest(body: PolicyBody, own: Rules): Rules {
  const policy = policyRules(body);
  const merged: Rules = {
    ...policy,
    ...own,
    models: intersection(policy.models, own.models),
    exclude: union(policy.exclude, own.exclude),
    capabilities: union(policy.capabilities, own.capabilities),
    languages: union(policy.languages, own.languages),
    regions: intersection(policy.regions, own.regions),
  };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
}
