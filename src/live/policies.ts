import type { Ledger } from '../store/ports/index.js';
import type { Live } from './follower.js';
import type { CascadeRequest } from '../schema/cascade.js';
import type { PolicyBody, Rules } from '../schema/policy.js';
import { constraintsOf, type Constraints } from '../policy/constraints.js';
import { narrowedBy, policyOf, withRequest } from '../policy/named.js';
import { ANYBODY, type Caller } from './keys.js';

/** Rules in force for a request, ready to rank by. */
export interface Prepared {
  rules: Rules;
  constraints: Constraints;
  /** The rules as JSON, as they are logged. */
  json: string;
  /** The cascade that the policy asks for; null where it asks for a single call. */
  cascade: CascadeRequest | null;
}

/** What a caller may be sent to, and by what. */
type Allowed = Pick<Caller, 'models' | 'policies'>;

/** The policies, as decisions read them. */
export interface Policies {
  /**
   * The rules of the policy `name` with a request's own, and with the LLMs that the caller may be sent to; anybody
   * unless given. Throws `unknown_policy`.
   */
  prepare(name: string, own: Rules | null, caller?: Allowed): Prepared;
}

/** Policies that follow the ledger, which all API processes share. */
export interface LivePolicies extends Policies, Live {}

/** The built-in policies and a team's own, which `kept` has by name. */
export function policiesOver(kept: ReadonlyMap<string, PolicyBody>): Policies {
  /** Of requests without rules of their own, by caller and policy. */
  const ready = new WeakMap<Allowed, Map<string, Prepared>>();

  function prepared(name: string, own: Rules, { models, policies }: Allowed): Prepared {
    const policy = policyOf(name, kept);
    const asked = policies === null ? withRequest(policy, own) : narrowedBy(policy, own);
    const rules = models === null ? asked : withRequest(asked, { models: [...models] });
    return {
      rules,
      constraints: constraintsOf(rules),
      json: JSON.stringify(rules),
      cascade: policy.cascade ?? null,
    };
  }

  return {
    prepare(name, own, caller = ANYBODY) {
      if (own !== null) return prepared(name, own, caller);
      let ofCaller = ready.get(caller);
      if (ofCaller === undefined) ready.set(caller, (ofCaller = new Map()));
      let one = ofCaller.get(name);
      if (one === undefined) ofCaller.set(name, (one = prepared(name, {}, caller)));
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
    prepare: (name, own, caller) => policies.prepare(name, own, caller),
    async refresh() {
      policies = policiesOver(await ledger.policies.list());
    },
  };
}
