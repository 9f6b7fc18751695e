import type { Ledger } from '../store/ports/index.js';
import type { Live } from './follower.js';
import type { PolicyBody, Rules } from '../schema/policy.js';
import { constraintsOf, type Constraints } from '../policy/constraints.js';
import { policyOf, withRequest } from '../policy/named.js';

/** Rules in force for a request, ready to rank by. */
export interface Prepared {
  rules: Rules;
  constraints: Constraints;
  /** The rules as JSON, as they are logged. */
  json: string;
}

/** The policies, as decisions read them. */
export interface Policies {
  /** The rules of the policy `name` with a request's own. Throws `unknown_policy`. */
  prepare(name: string, own: Rules | null): Prepared;
}

/** Policies that follow the ledger, which all API processes share. */
export interface LivePolicies extends Policies, Live {}

function prepared(rules: Rules): Prepared {
  return { rules, constraints: constraintsOf(rules), json: JSON.stringify(rules) };
}

/** The built-in policies and a team's own, which `kept` has by name. */
export function policiesOver(kept: ReadonlyMap<string, PolicyBody>): Policies {
  const ready = new Map<string, Prepared>();
  return {
    prepare(name, own) {
      if (own !== null) return prepared(withRequest(policyOf(name, kept), own));
      let one = ready.get(name);
      if (one === undefined) ready.set(name, (one = prepared(withRequest(policyOf(name, kept), {}))));
      return one;
    },
  };
}

export async function openLivePolicies({ ledger }: { ledger: Pick<Ledger, 'policies'> }): Promise<LivePolicies> {
  let policies = policiesOver(await ledger.policies.list());
  return {
    name: 'policies',
    eager: ['policies'],
    lazy: [],
    prepare: (name, own) => policies.prepare(name, own),
    async refresh() {
      policies = policiesOver(await ledger.policies.list());
    },
  };
}
