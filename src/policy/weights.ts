import type { POLICY_NAMES } from '../schema/route.js';

export type PolicyName = (typeof POLICY_NAMES)[number];

/** What a policy gives up quality for. */
export interface Policy {
  /** Quality points (score in [0, 1]) given up per US cent. */
  costWeight: number;
  /** Quality points given up per second. */
  latencyWeight: number;
}

/** Used where a request names none: what measured best on quality is what is served. */
export const DEFAULT_POLICY: PolicyName = 'quality';

/**
 * The named policies. A typical answer costs from 0.01 (small LLM) to 1 US cent (large) and takes from one
 * to twenty seconds, so `balanced` trades about five points of quality for the cheapest LLM or the fastest,
 * and `cost` and `latency` ten times as much of the one thing they are named for.
 */
export const POLICIES: Record<PolicyName, Policy> = {
  quality: { costWeight: 0, latencyWeight: 0 },
  balanced: { costWeight: 0.05, latencyWeight: 0.0025 },
  cost: { costWeight: 0.5, latencyWeight: 0 },
  latency: { costWeight: 0, latencyWeight: 0.025 },
};

/** The named policy, with the request's own weight in place of the policy's where it gives one. */
export function policyOf(request: { policy?: PolicyName | undefined; cost_weight?: number | undefined }): Policy {
  const named = POLICIES[request.policy ?? DEFAULT_POLICY];
  return request.cost_weight === undefined ? named : { ...named, costWeight: request.cost_weight };
}
