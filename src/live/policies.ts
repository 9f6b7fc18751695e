import { messageOf } from '../base/errors.js';
import { every } from '../base/every.js';
import type { Logger } from '../base/log.js';
import type { Ledger } from '../store/types.js';
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
export interface LivePolicies extends Policies {
  /** Reads what the ledger says now. */
  refresh(): void;
  follow(everyMs: number): () => void;
}

function prepared(rules: Rules): Prepared {
  return { rules, constraints: constraintsOf(rules), json: JSON.stringify(rules) };
}

/** Policies over what is kept of a team's own. */
export function policiesOver(kept: () => ReadonlyMap<string, PolicyBody>): Policies & { forget(): void } {
  let known = kept();
  let ready = new Map<string, Prepared>();
  return {
    prepare(name, own) {
      if (own !== null) return prepared(withRequest(policyOf(name, known), own));
      let one = ready.get(name);
      if (one === undefined) ready.set(name, (one = prepared(withRequest(policyOf(name, known), {}))));
      return one;
    },
    forget() {
      known = kept();
      ready = new Map();
    },
  };
}

export function openLivePolicies({ ledger, log }: { ledger: Pick<Ledger, 'readPolicies'>; log: Logger }): LivePolicies {
  const policies = policiesOver(() => ledger.readPolicies());
  return {
    prepare: policies.prepare,
    refresh: policies.forget,
    follow: (everyMs) =>
      every(everyMs, policies.forget, (error) =>
        log.error({ error: messageOf(error) }, 'policies not refreshed; what was known goes on counting'),
      ),
  };
}
